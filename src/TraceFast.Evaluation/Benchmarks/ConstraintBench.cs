using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Responses;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Scores responses to prompts that state their constraints, by program alone. A constraint that only a reader can judge stays undecided:
/// it is shown, counted apart, and part of no score.
/// </summary>
/// <param name="data">The file that states prompts and constraints; null: the file of responses does.</param>
public sealed class ConstraintBench(string? data = null) : IBench
{
    public string Name => "constraints";

    /// <inheritdoc/>
    public IReadOnlyList<BenchPrompt> Prompts() =>
        [.. ConstraintPrompts.Read(BenchPrompt.DataOf(data))
            .Select(p => new BenchPrompt(p.Id!, [.. p.Before, new Message(Role.User, p.Prompt)]))];

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
    /// <returns>Metrics constraint_level, prompt_level, mean (see <see cref="ConstraintScores"/>); breakdowns by group, kind, sort and
    /// number of constraints; one record for each prompt.</returns>
    /// <exception cref="ArgumentException">The numbers of prompts and responses differ.</exception>
    public static BenchResult Score(
        IReadOnlyList<ConstraintPrompt> prompts, IReadOnlyList<string> responses, CancellationToken interrupt = default)
    {
        if (prompts.Count != responses.Count)
            throw new ArgumentException(
                $"{prompts.Count} prompts, but {responses.Count} responses; expected one for each", nameof(responses));
        ConstraintRecord[] records = [
            .. Enumerable.Range(0, prompts.Count).AsParallel().AsOrdered().WithCancellation(interrupt)
                .Select(i => Check(prompts[i], i, responses[i]))];
        int exact = records.Sum(r => r.Exact), judged = records.Sum(r => r.Constraints.Count) - exact,
            without = records.Count(r => r.Exact == 0);
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
        stated.Constraint.Type.Name, stated.Text.Length > 0 ? stated.Text : stated.Constraint.ToString(), verdict.Outcome, verdict.Reason,
        verdict.Where is { } place ? [place] : []);

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
            prompts, p => p.Id!, answers,
            a => ResponseFile.IdOrNull(a)
                ?? throw a.Error(
                    "has no 'id'; expected the id of a prompt of --data (its record's \"id\" or line; in a quad followed by /1 or /2)"),
                    "id");
        return (prompts, [.. joined.Select(ResponseFile.TextOf)]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// A prompt's response with what became of each constraint. Its line in <c>--per-record</c>: {"id", "obeyed", "exact", "constraints":
/// [{"sort", "text", "outcome", "reason"}]}.
/// </summary>
public sealed record ConstraintRecord : RecordResult
{
    public required string Id { get; init; }

    /// <summary>What the bootstrap draws: 0 for the first record of the file.</summary>
    public required int Unit { get; init; }

    /// <summary>What the prompt states, one for each of <see cref="RecordResult.Constraints"/>.</summary>
    public required IReadOnlyList<StatedConstraint> Stated { get; init; }

    /// <summary>Constraints that a program decides.</summary>
    public int Exact => Constraints.Count(c => c.Outcome != Outcome.NeedsJudge);

    public int Obeyed => Constraints.Count(c => c.Outcome == Outcome.Obeyed);

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteNumber("obeyed", Obeyed);
        json.WriteNumber("exact", Exact);
        json.WriteStartArray("constraints");
        foreach (ConstraintResult constraint in Constraints)
        {
            json.WriteStartObject();
            json.WriteString("sort", constraint.Kind);
            json.WriteString("text", constraint.Text);
            json.WriteString("outcome", OutcomeNames.Of(constraint.Outcome));
            json.WriteString("reason", constraint.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>
/// The figures of prompts that state their constraints. Of prompt p with n_p exact constraints, n_p &gt; 0, the response obeys o_p:
/// constraint_level = sum o_p / sum n_p, the share of constraints obeyed; prompt_level = share of the prompts with o_p = n_p; mean = mean
/// of o_p / n_p. Constraints that only a reader can judge count in none of them. One observation for each unit, the sum over its prompts.
/// </summary>
internal static class ConstraintScores
{
    public static IReadOnlyList<Metric> Metrics(IReadOnlyList<ConstraintRecord> records) =>
    [
        Constraints(records, null, _ => true),
        All(records, null),
        Of("mean", null, records.Where(r => r.Exact > 0).Select(r => (r.Unit, (double)r.Obeyed / r.Exact, 1.0))),
    ];

    public static IReadOnlyList<Breakdown> Breakdowns(IReadOnlyList<ConstraintRecord> records)
    {
        string[] sorts = [
            .. records.SelectMany(r => r.Stated).Select(s => s.Constraint.Type.Name).Distinct().Order(StringComparer.Ordinal)];
        return
        [
            new("group",
                Present(Enum.GetValues<Group>()
                    .Select(g => Constraints(records, g.ToString().ToLowerInvariant(), s => s.Category.Group == g)))),
            new("kind", Present(Category.All.Select(k => Constraints(records, k.Name, s => s.Category == k)))),
            new("sort", Present(sorts.Select(name => Constraints(records, name, s => s.Name == name)))),
            new("number of constraints", [.. records.Where(r => r.Exact > 0).GroupBy(r => r.Exact).OrderBy(g => g.Key).SelectMany(g =>
            {
                string part = g.Key.ToString(CultureInfo.InvariantCulture);
                ConstraintRecord[] those = [.. g];
                return new[] { Constraints(those, part, _ => true), All(those, part) };
            })]),
        ];
    }

    /// <summary>Share of the constraints of certain sorts.</summary>
    private static Metric Constraints(IEnumerable<ConstraintRecord> records, string? part, Func<ConstraintType, bool> which) =>
        Of("constraint_level", part, records.Select(r =>
    {
        int obeyed = 0, exact = 0;
        for (int i = 0; i < r.Constraints.Count; i++)
        {
            if (r.Constraints[i].Outcome == Outcome.NeedsJudge || !which(r.Stated[i].Constraint.Type))
                continue;
            exact++;
            obeyed += r.Constraints[i].Outcome == Outcome.Obeyed ? 1 : 0;
        }

        return (r.Unit, (double)obeyed, (double)exact);
    }));

    /// <summary>Share of the prompts all of whose constraints are obeyed.</summary>
    private static Metric All(IEnumerable<ConstraintRecord> records, string? part) =>
        Of("prompt_level", part, records.Where(r => r.Exact > 0).Select(r => (r.Unit, r.Obeyed == r.Exact ? 1.0 : 0.0, 1.0)));

    private static Metric Of(string name, string? part, IEnumerable<(int Unit, double Numerator, double Denominator)> prompts) => new(
        name,
        [.. prompts.GroupBy(p => p.Unit).Select(g => new Observation(g.Key, g.Sum(p => p.Numerator), g.Sum(p => p.Denominator)))
            .Where(o => o.Denominator > 0).OrderBy(o => o.Unit)])
    {
        Part = part,
    };

    private static Metric[] Present(IEnumerable<Metric> metrics) => [.. metrics.Where(m => m.Observations.Count > 0)];
}
