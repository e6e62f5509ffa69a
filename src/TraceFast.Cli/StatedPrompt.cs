using TraceFast.Evaluation.Benchmarks;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Evaluation;

namespace TraceFast.Cli;

/// <summary>A prompt that states constraints, with the tokens that training reads for it.</summary>
/// <param name="Record">Place of its record in the list that was asked about.</param>
internal sealed record StatedPrompt(int Record, ConstraintPrompt Prompt, int[] Tokens)
{
    /// <summary>Looks up what records state, in the files that they come from; records that state nothing have no prompt here.</summary>
    /// <param name="chat">How prompts became tokens; null where records hold ready ids.</param>
    /// <param name="expected">What records should be like, for errors.</param>
    /// <exception cref="InputException">A record states its constraints wrongly; names file and line.</exception>
    public static IEnumerable<StatedPrompt> Of(IReadOnlyList<HeldOutRecord> records, ChatFormat? chat, string expected)
    {
        Dictionary<string, ILookup<int, ConstraintPrompt>> files = new(StringComparer.Ordinal);
        for (int i = 0; i < records.Count; i++)
        {
            HeldOutRecord record = records[i];
            if (!files.TryGetValue(record.Origin.File, out ILookup<int, ConstraintPrompt>? stated))
                files[record.Origin.File] = stated = ConstraintPrompts.ReadStating(record.Origin.File).ToLookup(p => p.Unit!.Value);
            ConstraintPrompt[] own = [.. stated[record.Origin.Number]];
            foreach ((ConstraintPrompt prompt, int[] tokens) in own.Length == 0 ? [] : Pairs(record, own, chat, expected))
                yield return new StatedPrompt(i, prompt, tokens);
        }
    }

    /// <summary>
    /// Which of what a record states are its prompts: all, or the one of a quad that training reads, found by its tokens.
    /// </summary>
    private static IEnumerable<(ConstraintPrompt Prompt, int[] Tokens)> Pairs(
        HeldOutRecord record, ConstraintPrompt[] own, ChatFormat? chat, string expected)
    {
        if (own.Length == record.Prompts.Count)
            return own.Zip(record.Prompts);
        foreach (ConstraintPrompt prompt in own)
            if (chat is not null && record.Prompts is [int[] only]
                && chat.EncodePrompt([.. prompt.Before, new Message(Role.User, prompt.Prompt)]).AsSpan().SequenceEqual(only))
                return [(prompt, only)];
        throw new InputException(
            $"{record.Origin}: the record states constraints of {own.Length} prompts, and none of them is the prompt that "
                + $"training reads (is it truncated?); {expected}");
    }
}
