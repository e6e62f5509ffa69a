using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Synthesis.Model;

namespace TraceFast.Synthesis.Failures;

/// <summary>
/// What is known of the answers to prompts, the data's among them: what they break by program, and, where a judge is asked, what they break
/// of the constraints that no program checks. The judge is asked about answers that break nothing by program alone: the others fail
/// whatever it says.
/// </summary>
public sealed class AnswerChecks
{
    private readonly IReadOnlyList<FailurePrompt> _prompts;
    private readonly Dictionary<string, CheckedAnswer?>[] _answers;
    private readonly bool _hasJudge;

    private AnswerChecks(IReadOnlyList<FailurePrompt> prompts, IReadOnlyList<IReadOnlyList<string>> samples, bool hasJudge)
    {
        (_prompts, _hasJudge) = (prompts, hasJudge);
        _answers =
        [
            .. prompts.Select((p, i) => samples[i].Concat(p.Answer is { } own ? [own] : []).Distinct(StringComparer.Ordinal)
                .ToDictionary(a => a, a => (CheckedAnswer?)CheckedAnswer.Of(a, p.Constraints), StringComparer.Ordinal)),
        ];
    }

    /// <summary>Answers that the judge was asked about, and those of which it gave no verdict.</summary>
    public (int Asked, int Undecided) Judged { get; private set; }

    /// <summary>Prompts with constraints that no program checks.</summary>
    public int PromptsForJudge => _prompts.Count(p => p.Constraints.Any(IsJudged));

    /// <param name="samples">Answers to each prompt.</param>
    public static AnswerChecks ByProgram(IReadOnlyList<FailurePrompt> prompts, IReadOnlyList<IReadOnlyList<string>> samples) =>
        new(prompts, samples, hasJudge: false);

    /// <param name="samples">Answers to each prompt.</param>
    /// <param name="concurrency">Answers that are judged at a time.</param>
    /// <param name="progress">Told how many of how many are judged.</param>
    /// <exception cref="Endpoint.EndpointException">No further call will be answered either.</exception>
    public static async Task<AnswerChecks> WithJudge(
        IReadOnlyList<FailurePrompt> prompts, IReadOnlyList<IReadOnlyList<string>> samples, StructuredChat judge, int concurrency,
        Action<int, int> progress, CancellationToken cancel)
    {
        AnswerChecks checks = new(prompts, samples, hasJudge: true);
        (int Prompt, string Answer)[] open =
        [
            .. from i in Enumerable.Range(0, prompts.Count)
            where prompts[i].Constraints.Any(IsJudged)
            from a in checks._answers[i]
            where a.Value!.Passes
            select (i, a.Key),
        ];
        CheckedAnswer?[] judged = new CheckedAnswer?[open.Length];
        int done = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = concurrency, CancellationToken = cancel };
        await Parallel.ForAsync(0, open.Length, options, async (n, stop) =>
        {
            judged[n] = await JudgeAsync(prompts[open[n].Prompt], open[n].Answer, judge, stop).ConfigureAwait(false);
            progress(Interlocked.Increment(ref done), open.Length);
        }).ConfigureAwait(false);
        for (int n = 0; n < open.Length; n++)
            checks._answers[open[n].Prompt][open[n].Answer] = judged[n];
        checks.Judged = (open.Length, judged.Count(j => j is null));
        return checks;
    }

    /// <summary>Whether anything of a prompt is checked.</summary>
    public bool Checks(int prompt) => _prompts[prompt].Constraints.Any(c => _hasJudge || !IsJudged(c));

    /// <summary>Null: the judge gave no verdict.</summary>
    public CheckedAnswer? Of(int prompt, string answer) => _answers[prompt][answer];

    private static bool IsJudged(StatedConstraint constraint) => !constraint.Constraint.Type.IsRuleChecked;

    private static async Task<CheckedAnswer?> JudgeAsync(
        FailurePrompt prompt, string answer, StructuredChat judge, CancellationToken cancel)
    {
        int[] numbers = [.. Enumerable.Range(0, prompt.Constraints.Count).Where(i => IsJudged(prompt.Constraints[i]))];
        ParsedResponse<Verdicts> verdicts = await DemandCheck.AskAsync(
            judge, prompt.Conversation, [.. numbers.Select(i => prompt.Constraints[i].Text)], answer, cancel).ConfigureAwait(false);
        if (verdicts.Value is not { } decided)
            return null;
        int[] broken = [.. numbers.Where((_, n) => !decided.Obeyed[n])];
        return new CheckedAnswer(answer, broken, [.. broken.Select(_ => $"the judge: {verdicts.Shown}")]);
    }
}
