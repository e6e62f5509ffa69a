using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TraceFast.Data.Statistics;

/// <summary>
/// A hash of what a record says (roles, texts, thoughts, ids, which answers are trained, tools), not of where it stands; equal records have
/// equal hashes.
/// </summary>
public static class RecordHash
{
    /// <summary>The first 128 bits of a SHA-256 over all of these, with their lengths.</summary>
    public static UInt128 Of(TrainingRecord record)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
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
                break;
            case PromptRecord alone:
                Add(hash, 'p', alone.Prompt);
                break;
            default:
                throw new ArgumentException($"no hash is defined for {record.GetType().Name}", nameof(record));
        }
        foreach (string? text in new[] { record.Variables?.Tools, record.Variables?.Keywords })
            Add(hash, 'v', text ?? "");
        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, Prompt prompt)
    {
        if (prompt is Prompt.Chat chat)
            Add(hash, 'm', chat.Messages);
        else
            Add(hash, 'i', ((Prompt.Ids)prompt).Tokens);
    }

    private static void Add(IncrementalHash hash, Response response)
    {
        if (response is Response.Text text)
            Add(hash, 't', [text.Message]);
        else
            Add(hash, 'i', ((Response.Ids)response).Tokens);
    }

    private static void Add(IncrementalHash hash, char tag, IReadOnlyList<Message> messages)
    {
        AddHead(hash, tag, messages.Count);
        foreach (Message message in messages)
        {
            Add(hash, (char)('0' + (int)message.Role), message.Content);
            Add(hash, 'c', message.Thought?.Text ?? "");
        }
    }

    private static void AddMarks(IncrementalHash hash, IReadOnlyList<Message> messages)
    {
        foreach (Message message in messages.Where(m => m.Role == Role.Assistant))
            AddHead(hash, 'l', message.Untrained ? 0 : 1);
    }

    private static void Add(IncrementalHash hash, char tag, string text)
    {
        AddHead(hash, tag, text.Length);
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static void Add(IncrementalHash hash, char tag, int[] ids)
    {
        AddHead(hash, tag, ids.Length);
        hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan()));
    }

    // A length before every content keeps "ab" + "c" apart from "a" + "bc".
    private static void AddHead(IncrementalHash hash, char tag, int length)
    {
        Span<byte> head = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16LittleEndian(head, tag);
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], length);
        hash.AppendData(head);
    }
}
