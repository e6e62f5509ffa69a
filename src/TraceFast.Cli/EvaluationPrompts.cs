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
        Dictionary<SourceLocation, int> units = [];
        HashSet<int> stating = [];
        foreach (StatedPrompt stated in StatedPrompt.Of(model.HeldOut, model.Chat, Expected))
        {
            SourceLocation origin = model.HeldOut[stated.Record].Origin;
            stating.Add(stated.Record);
            units.TryAdd(origin, units.Count);
            prompts.Add(stated.Prompt with { Unit = units[origin] });
            tokens.Add(stated.Tokens);
            origins.Add(origin);
        }

        if (prompts.Count == 0)
            throw new InputException($"{where}: none of the {model.HeldOut.Count} held-out records states constraints; {Expected}");
        int without = model.HeldOut.Count - stating.Count;
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"evaluation decodes {prompts.Count} prompts of {stating.Count} held-out "
                + $"records{(without > 0 ? $"; {without} state no constraints and are left out of it" : "")}"));
        return new EvaluationPrompts(prompts, tokens, origins);
    }
}
