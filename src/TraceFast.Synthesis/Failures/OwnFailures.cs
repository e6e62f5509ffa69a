using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Failures;

/// <summary>An answer and what it breaks.</summary>
/// <param name="Broken">Numbers, from 0, of the constraints that it breaks.</param>
/// <param name="Reasons">Of each of these: what was found, what was asked.</param>
public sealed record CheckedAnswer(string Text, IReadOnlyList<int> Broken, IReadOnlyList<string> Reasons)
{
    public bool Passes => Broken.Count == 0;

    public static CheckedAnswer Of(string text, IReadOnlyList<StatedConstraint> constraints)
    {
        Response response = new(text);
        (int Number, Verdict Verdict)[] broken =
        [
            .. constraints.Select((c, i) => (i, c.Constraint.Check(response))).Where(c => c.Item2.Outcome == Outcome.Violated),
        ];
        return new CheckedAnswer(text, [.. broken.Select(b => b.Number)], [.. broken.Select(b => b.Verdict.Reason)]);
    }
}

/// <summary>What came of a prompt.</summary>
public enum FailureOutcome
{
    /// <summary>A failing sample against a passing one.</summary>
    AgainstSample,

    /// <summary>No sample passes: a failing one against the data's answer, which breaks less.</summary>
    AgainstData,

    NoFailure,

    /// <summary>No sample passes, and the data has no answer that breaks less.</summary>
    NothingBetter,

    /// <summary>The prompt states no constraint that a program checks, and no judge was asked.</summary>
    NothingChecked,
}

/// <summary>What the policy's own samples of a prompt are good for.</summary>
/// <param name="Failed">A sample that breaks something; null: none does.</param>
/// <param name="Passed">A sample that breaks nothing; null: none does.</param>
/// <param name="Chosen">The better answer of a pair: <see cref="Passed"/>, or the data's; null: there is none.</param>
/// <param name="Passing">Samples that break nothing, repeated ones too.</param>
public sealed record PromptFailures(
    FailureOutcome Outcome, CheckedAnswer? Failed, CheckedAnswer? Passed, CheckedAnswer? Chosen, int Passing);

/// <summary>
/// Own failures: answers of the present policy that break what was asked, as rejected answers. The rejected answer of a quad is a good
/// answer to another instruction; what the model does wrong is only in what it says itself.
/// </summary>
public static class OwnFailures
{
    /// <param name="samples">The policy's answers to the prompt; repeated ones count once, an empty one is one.</param>
    /// <param name="answer">The data's; null: none.</param>
    /// <param name="check">What an answer breaks, or null where that is not known; null: nothing of the prompt is checked.</param>
    /// <param name="random">Says which of several failing, and of several passing samples.</param>
    public static PromptFailures Of(
        IReadOnlyList<string> samples, string? answer, Func<string, CheckedAnswer?>? check, SeededRandom random)
    {
        if (check is null)
            return new PromptFailures(FailureOutcome.NothingChecked, null, null, null, samples.Count);
        (CheckedAnswer? Answer, int Times)[] counted =
            [.. samples.CountBy(s => s, StringComparer.Ordinal).Select(s => (check(s.Key), s.Value))];
        CheckedAnswer[] own = [.. counted.Select(c => c.Answer).OfType<CheckedAnswer>()];
        int passing = counted.Where(c => c.Answer is { Passes: true }).Sum(c => c.Times);
        CheckedAnswer? failed = Pick(a => !a.Passes), passed = Pick(a => a.Passes);
        if (failed is null)
            return new PromptFailures(FailureOutcome.NoFailure, null, passed, null, passing);
        if (passed is not null)
            return new PromptFailures(FailureOutcome.AgainstSample, failed, passed, passed, passing);
        return answer is not null && check(answer) is { } given && given.Broken.Count < failed.Broken.Count
            ? new PromptFailures(FailureOutcome.AgainstData, failed, null, given, passing)
            : new PromptFailures(FailureOutcome.NothingBetter, failed, null, null, passing);

        CheckedAnswer? Pick(Func<CheckedAnswer, bool> which) =>
            own.Where(which).ToArray() is { Length: > 0 } some ? random.Pick(some) : null;
    }
}
