using TraceFast.Evaluation.Benchmarks;
using TraceFast.Training.Evaluation;

namespace TraceFast.Cli;

/// <summary>The held-out prompts that state constraints, with the tokens that training reads for them.</summary>
/// <param name="Prompts">What is scored; the two prompts of a quad are one unit.</param>
internal sealed record EvaluationPrompts(
    IReadOnlyList<ConstraintPrompt> Prompts, IReadOnlyList<int[]> Tokens, IReadOnlyList<SourceLocation> Origins)
{
    private const string Expected = "predict_with_generate scores answers by the constraints that their records state: {\"prompt\", "
        + "\"constraints\"} or {\"x1\", \"constraints1\", \"x2\", \"constraints2\"}, as data synth and data quads write them";

    /// <summary>Looks up what the held-out records state, in the files that they come from.</summary>
    /// <exception cref="InputException">None states constraints, or one states them wrongly; names file and line.</exception>
    public static EvaluationPrompts Of(EvaluatedModel model, string where, Action<string> log)
    {
        List<ConstraintPrompt> prompts = [];
        List<int[]> tokens = [];
        List<SourceLocation> origins = [];
        Dictionary<string, ILookup<int, ConstraintPrompt>> files = new(StringComparer.Ordinal);
        Dictionary<SourceLocation, int> units = [];
        int without = 0;
        foreach (HeldOutRecord record in model.HeldOut)
        {
            if (!files.TryGetValue(record.Origin.File, out ILookup<int, ConstraintPrompt>? stated))
                files[record.Origin.File] = stated = ConstraintPrompts.ReadStating(record.Origin.File).ToLookup(p => p.Unit!.Value);
            ConstraintPrompt[] own = [.. stated[record.Origin.Number]];
            if (own.Length == 0)
            {
                without++;
                continue;
            }

            units.TryAdd(record.Origin, units.Count);
            foreach ((ConstraintPrompt prompt, int[] ids) in Pairs(model, record, own))
            {
                prompts.Add(prompt with { Unit = units[record.Origin] });
                tokens.Add(ids);
                origins.Add(record.Origin);
            }
        }

        if (prompts.Count == 0)
            throw new InputException($"{where}: none of the {model.HeldOut.Count} held-out records states constraints; {Expected}");
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"evaluation decodes {prompts.Count} prompts of {model.HeldOut.Count - without} held-out "
                + $"records{(without > 0 ? $"; {without} state no constraints and are left out of it" : "")}"));
        return new EvaluationPrompts(prompts, tokens, origins);
    }

    /// <summary>
    /// Which of the record's prompts are held out: all, or the one of a quad that supervised training uses, found by its tokens.
    /// </summary>
    private static IEnumerable<(ConstraintPrompt Prompt, int[] Tokens)> Pairs(
        EvaluatedModel model, HeldOutRecord record, ConstraintPrompt[] own)
    {
        if (own.Length == record.Prompts.Count)
            return own.Zip(record.Prompts);
        foreach (ConstraintPrompt prompt in own)
            if (model.Chat is { } chat && record.Prompts is [int[] only]
                && chat.EncodePrompt([.. prompt.Before, new Message(Role.User, prompt.Prompt)]).AsSpan().SequenceEqual(only))
                return [(prompt, only)];
        throw new InputException(
            $"{record.Origin}: the record states constraints of {own.Length} prompts, and none of them is the prompt that "
                + $"training reads (is it truncated?); {Expected}");
    }
}
