using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Evaluation.Constraints;

/// <summary>
/// Scores responses to prompts that state their constraints, by program alone. A constraint that only a reader can judge stays undecided: it is shown, counted apart,
/// and part of no score.
/// </summary>
/// <param name="data">The file that states prompts and constraints; null: the file of responses does.</param>
public sealed class ConstraintBench(string? data = null) : IBench
{
    public string Name => "constraints";

    /// <inheritdoc/>
    public IReadOnlyList<BenchPrompt> Prompts() =>
        [.. ConstraintPrompts.Read(BenchPrompt.DataOf(data)).Select(p => new BenchPrompt(p.Id!, [.. p.Before, new Message(Role.User, p.Prompt)]))];

    /// <inheritdoc/>
    public Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        (IReadOnlyList<ConstraintPrompt> prompts, IReadOnlyList<string> texts) = Read(responses);
        return Task.FromResult(Score(prompts, texts, interrupt));
    }

    /// <summary>Scores responses that are at hand.</summary>
    /// <param name="prompts">What was asked.</param>
    /// <param name="responses">One for each prompt, in order; an empty text is a response.</param>
    /// <param name="interrupt">Ends it between two responses.</param>
    /// <returns>Metrics constraint_level, prompt_level, mean (see <see cref="ConstraintScores"/>); breakdowns by group, kind, sort and number of constraints; one record for each prompt.</returns>
    /// <exception cref="ArgumentException">The numbers of prompts and responses differ.</exception>
    public static BenchResult Score(IReadOnlyList<ConstraintPrompt> prompts, IReadOnlyList<string> responses, CancellationToken interrupt = default)
    {
        if (prompts.Count != responses.Count)
            throw new ArgumentException($"{prompts.Count} prompts, but {responses.Count} responses; expected one for each", nameof(responses));
        ConstraintRecord[] records = [.. Enumerable.Range(0, prompts.Count).AsParallel().AsOrdered().WithCancellation(interrupt).Select(i => Check(prompts[i], i, responses[i]))];
        int exact = records.Sum(r => r.Exact), judged = records.Sum(r => r.Constraints.Count) - exact, without = records.Count(r => r.Exact == 0);
        List<(string, string)> facts = [];
        if (judged > 0)
            facts.Add(("constraints that only a reader can judge", $"{Number(judged)}, undecided and part of no score"));
        if (without > 0)
            facts.Add(("prompts without a constraint that a program checks", $"{Number(without)}, part of no score"));
        return new BenchResult
        {
            Bench = "constraints",
            Counts = [("prompts", records.Length), ("constraints", exact)],
            Metrics = ConstraintScores.Metrics(records),
            Breakdowns = ConstraintScores.Breakdowns(records),
            Records = records,
            Facts = facts,
        };
    }

    private static ConstraintRecord Check(ConstraintPrompt prompt, int index, string text)
    {
        Response response = new(text);
        return new ConstraintRecord
        {
            Line = prompt.Line > 0 ? prompt.Line : index + 1,
            Id = prompt.Id ?? Number(index + 1),
            Unit = prompt.Unit ?? index,
            Prompt = prompt.Prompt,
            Response = text,
            Stated = prompt.Constraints,
            Constraints = [.. prompt.Constraints.Select(s => Result(s, s.Constraint.Check(response)))],
        };
    }

    private static ConstraintResult Result(StatedConstraint stated, Verdict verdict) => new(
        stated.Constraint.Type.Name, stated.Text.Length > 0 ? stated.Text : stated.Constraint.ToString(), verdict.Outcome, verdict.Reason, verdict.Where is { } place ? [place] : []);

    private (IReadOnlyList<ConstraintPrompt> Prompts, IReadOnlyList<string> Responses) Read(string responses)
    {
        IReadOnlyList<JsonLine> answers = ResponseFile.Read(responses);
        if (data is null)
        {
            if (!ConstraintPrompts.States(answers[0]))
                throw answers[0].Error("the record states no constraints, nor is the file named that does: add --data FILE");
            return ConstraintPrompts.WithResponses(answers);
        }

        IReadOnlyList<ConstraintPrompt> prompts = ConstraintPrompts.Read(data);
        IReadOnlyList<JsonLine> joined = ResponseFile.Join(
            prompts, p => p.Id!, answers, a => ResponseFile.IdOrNull(a) ?? throw a.Error("has no 'id'; expected the id of a prompt of --data (its record's \"id\" or line; in a quad followed by /1 or /2)"), "id");
        return (prompts, [.. joined.Select(ResponseFile.TextOf)]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
