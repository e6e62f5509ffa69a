using System.Runtime.InteropServices;

namespace TraceFast.Data.Statistics;

/// <summary>
/// A hash of what a record says (roles, texts, thoughts, ids, which answers are trained, tools), not of where it is; equal records have
/// equal hashes.
/// </summary>
public static class RecordHash
{
    /// <summary>The first 128 bits of a SHA-256 over all of these, with their lengths.</summary>
    public static UInt128 Of(TrainingRecord record)
    {
        using HashBuilder hash = new();
        switch (record)
        {
            case SftRecord sft:
                Add(hash, 's', sft.Conversation);
                AddMarks(hash, sft.Conversation);
                break;
            case SftIdsRecord ids:
                Add(hash, 'i', ids.PromptIds);
                Add(hash, 'i', ids.ResponseIds);
                break;
            case PairRecord pair:
                Add(hash, pair.Prompt);
                Add(hash, pair.Chosen);
                Add(hash, pair.Rejected);
                break;
            case QuadRecord quad:
                Add(hash, quad.X1);
                Add(hash, quad.Y1);
                Add(hash, quad.X2);
                Add(hash, quad.Y2);
                foreach (Response failed in new[] { quad.F1, quad.F2 }.OfType<Response>())
                    Add(hash, failed);
                break;
            case PromptRecord alone:
                Add(hash, 'p', alone.Prompt);
                break;
            default:
                throw new ArgumentException($"no hash is defined for {record.GetType().Name}", nameof(record));
        }
        foreach (string? text in new[] { record.Variables?.Tools, record.Variables?.Keywords })
            Add(hash, 'v', text ?? "");
        return hash.ToUInt128();
    }

    private static void Add(HashBuilder hash, Prompt prompt)
    {
        if (prompt is Prompt.Chat chat)
            Add(hash, 'm', chat.Messages);
        else
            Add(hash, 'i', ((Prompt.Ids)prompt).Tokens);
    }

    private static void Add(HashBuilder hash, Response response)
    {
        if (response is Response.Text text)
            Add(hash, 't', [text.Message]);
        else
            Add(hash, 'i', ((Response.Ids)response).Tokens);
    }

    private static void Add(HashBuilder hash, char tag, IReadOnlyList<Message> messages)
    {
        AddHead(hash, tag, messages.Count);
        foreach (Message message in messages)
        {
            Add(hash, (char)('0' + (int)message.Role), message.Content);
            Add(hash, 'c', message.Thought?.Text ?? "");
        }
    }

    private static void AddMarks(HashBuilder hash, IReadOnlyList<Message> messages)
    {
        foreach (Message message in messages.Where(m => m.Role == Role.Assistant))
            AddHead(hash, 'l', message.Untrained ? 0 : 1);
    }

    private static void Add(HashBuilder hash, char tag, string text) =>
        AddHead(hash, tag, text.Length).Add(MemoryMarshal.AsBytes(text.AsSpan()));

    private static void Add(HashBuilder hash, char tag, int[] ids) => hash.Add([(byte)tag, 0]).AddCounted(ids);

    // A length before every content keeps "ab" + "c" apart from "a" + "bc".
    private static HashBuilder AddHead(HashBuilder hash, char tag, int length) => hash.Add([(byte)tag, 0]).Add(length);
}
