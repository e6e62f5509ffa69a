using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Synthesis;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Scores responses to prompts that state their constraints, by program alone. A constraint that only a reader can judge stays undecided:
/// it is shown, counted separately, and part of no score.
/// </summary>
/// <param name="data">The file that states prompts and constraints; null: the file of responses does.</param>
public sealed class ConstraintBench(string? data = null) : IBench
{
    public static BenchInfo Info { get; } = new(
        "constraints", settings => new ConstraintBench(settings.Data), path => new ConstraintBench(path).Prompts(),
        r => r.Has("constraints") && r.Has("prompt") && ResponseFile.TextOrNull(r) is null);

    public IReadOnlyList<BenchPrompt> Prompts() =>
        [.. ConstraintPrompts.Read(BenchPrompt.DataOf(data))
            .Select(p => new BenchPrompt(p.Id!, [.. p.Before, new Message(Role.User, p.Prompt)]))];

    public Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        (IReadOnlyList<ConstraintPrompt> prompts, IReadOnlyList<string> texts) = Read(responses);
        return Task.FromResult(Score(prompts, texts, interrupt));
    }

    /// <summary>Scores responses in memory.</summary>
    /// <param name="responses">One for each prompt, in order; an empty text is a response.</param>
    /// <returns>Metrics constraint_level, prompt_level, mean (see <see cref="ConstraintScores"/>); breakdowns by group, category,
    /// type and number of constraints; one record for each prompt.</returns>
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
            facts.Add(("constraints that only a reader can judge", $"{judged}, undecided and part of no score"));
        if (without > 0)
            facts.Add(("prompts without a constraint that a program checks", $"{without}, part of no score"));
        return new BenchResult
        {
            Bench = Info.Name,
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
            Id = prompt.Id ?? $"{index + 1}",
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
                throw answers[0].Error("the record states no constraints, and no file that does is named: add --data FILE");
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
}

/// <summary>
/// A prompt's response with the outcome of each constraint. Its line in <c>--per-record</c>: {"id", "obeyed", "exact", "constraints":
/// [{"type", "text", "outcome", "reason"}]}.
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
            constraint.WriteTo(json, "type", withDecider: false);
        json.WriteEndArray();
    }
}

/// <summary>
/// The figures of prompts that state their constraints. Of prompt p with n_p rule-checked constraints, n_p &gt; 0, the response obeys o_p:
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
        string[] types = [
            .. records.SelectMany(r => r.Stated).Select(s => s.Constraint.Type.Name).Distinct().Order(StringComparer.Ordinal)];
        return
        [
            Breakdown.OfPresent("group", Enum.GetValues<Group>()
                .Select(g => Constraints(records, g.ToString().ToLowerInvariant(), t => t.Category.Group == g))),
            Breakdown.OfPresent("category", Category.All.Select(c => Constraints(records, c.Name, t => t.Category == c))),
            Breakdown.OfPresent("type", types.Select(name => Constraints(records, name, t => t.Name == name))),
            new("number of constraints", [.. records.Where(r => r.Exact > 0).GroupBy(r => r.Exact).OrderBy(g => g.Key).SelectMany(g =>
            {
                ConstraintRecord[] alike = [.. g];
                return new[] { Constraints(alike, $"{g.Key}", _ => true), All(alike, $"{g.Key}") };
            })]),
        ];
    }

    /// <summary>Share of the constraints of certain types.</summary>
    private static Metric Constraints(IEnumerable<ConstraintRecord> records, string? part, Func<ConstraintType, bool> isMeant) =>
        Of("constraint_level", part, records.Select(r =>
    {
        int obeyed = 0, exact = 0;
        for (int i = 0; i < r.Constraints.Count; i++)
        {
            if (r.Constraints[i].Outcome == Outcome.NeedsJudge || !isMeant(r.Stated[i].Constraint.Type))
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
}

/// <summary>
/// Reads files whose records state their constraints, as <c>data synth</c> and <c>data quads</c> write them: {"prompt", "constraints"}, one
/// prompt, or {"x1", "constraints1", "x2", "constraints2"}, two prompts of one unit. A prompt's id is the record's "id", or its line where
/// it has none; the prompts of a quad add /1 and /2.
/// </summary>
public static class ConstraintPrompts
{
    private const string Expected =
        "expected {\"prompt\", \"constraints\"} as data synth --layout sft writes it, or a quad with \"constraints1\" and \"constraints2\"";

    /// <summary>The prompts of a file, the two of a quad one after the other.</summary>
    /// <exception cref="InputException">The file cannot be read or holds nothing; a record states no constraints, or states them wrongly:
    /// names file and line.</exception>
    public static IReadOnlyList<ConstraintPrompt> Read(string path) => Of(ResponseFile.Read(path));

    /// <summary>
    /// The prompts of those records of a file that state constraints; <see cref="ConstraintPrompt.Unit"/> is the record's number in the
    /// file, from 0.
    /// </summary>
    /// <exception cref="InputException">As <see cref="Read"/>, but for records that state none, and ids that are there twice.</exception>
    public static IReadOnlyList<ConstraintPrompt> ReadStating(string path) => Of(ResponseFile.Read(path), States);

    /// <summary>
    /// The prompts of records, and the response in each record: "response", in a quad "response1" and "response2".
    /// </summary>
    /// <exception cref="InputException">A record is not as it should be; names file and line.</exception>
    internal static (IReadOnlyList<ConstraintPrompt> Prompts,
        IReadOnlyList<string> Responses) WithResponses(IReadOnlyList<JsonLine> records)
    {
        IReadOnlyList<ConstraintPrompt> prompts = Of(records);
        return (prompts,
            [.. records.SelectMany(r => IsQuad(r) ? [r.Text("response1"), r.Text("response2")] : (string[])[ResponseFile.TextOf(r)])]);
    }

    /// <summary>Whether a record states its constraints.</summary>
    internal static bool States(JsonLine record) => record.Has("constraints") || IsQuad(record);

    private static IReadOnlyList<ConstraintPrompt> Of(IReadOnlyList<JsonLine> records, Func<JsonLine, bool>? which = null)
    {
        List<ConstraintPrompt> prompts = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        for (int unit = 0; unit < records.Count; unit++)
        {
            JsonLine record = records[unit];
            if (which?.Invoke(record) == false)
                continue;
            string id = ResponseFile.IdOrNull(record) ?? record.Line.ToString(CultureInfo.InvariantCulture);
            if (!lines.TryAdd(id, record.Line) && which is null)
                throw record.Error(
                    $"'id' \"{id}\" is on line {lines[id]} too; expected one for each record (a record "
                        + "without one takes its line number)");
            prompts.AddRange(IsQuad(record) ? Two(record, id, unit) : [One(record, id, unit)]);
        }

        return prompts;
    }

    private static bool IsQuad(JsonLine record) => QuadFileCheck.Keys.Any(record.Has);

    private static ConstraintPrompt One(JsonLine record, string id, int unit)
    {
        if (!record.Has("constraints"))
            throw record.Error($"the record states no constraints; {Expected}");
        JsonElement list = record.Value("constraints");
        if (list.ValueKind != JsonValueKind.Array)
            throw record.Error(
                $"'constraints' is {JsonErrors.NameOf(list.ValueKind)}, expected a list of {{\"type\", ..., \"statement\"}}, as data synth "
                    + "writes it");
        StatedConstraint[] constraints = new StatedConstraint[list.GetArrayLength()];
        for (int i = 0; i < constraints.Length; i++)
        {
            try
            {
                constraints[i] = ConstraintJson.Read(list[i]);
            }
            catch (ConstraintException e)
            {
                throw record.Error($"constraints[{i}]: {e.Message}");
            }
        }

        return new ConstraintPrompt(record.Text("prompt"), constraints) { Id = id, Unit = unit, Line = record.Line };
    }

    private static ConstraintPrompt[] Two(JsonLine record, string id, int unit)
    {
        Quad quad;
        try
        {
            quad = QuadJson.Read(record.Record);
        }
        catch (ConstraintException e)
        {
            throw record.Error(e.Message);
        }

        return
        [
            new(quad.X1, [.. quad.Constraints1, .. quad.Unchecked]) { Id = id + "/1", Unit = unit, Line = record.Line,
                Before = quad.Before },
            new(quad.X2, [.. quad.Constraints2, .. quad.Unchecked]) { Id = id + "/2", Unit = unit, Line = record.Line,
                Before = quad.Before },
        ];
    }
}

/// <summary>An instruction with the constraints that it states.</summary>
/// <param name="Constraints">In the order in which it states them; those that only a reader can judge may be among them.</param>
public sealed record ConstraintPrompt(string Prompt, IReadOnlyList<StatedConstraint> Constraints)
{
    /// <summary>What a file of responses calls it; null: its number, from 1.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// What the bootstrap draws: prompts of one unit belong together (the two of a quad) and follow each other; null: its index, so that it
    /// is a unit of its own.
    /// </summary>
    public int? Unit { get; init; }

    /// <summary>1-based line of the file that states it; 0: no file does.</summary>
    public int Line { get; init; }

    /// <summary>The turns before the prompt.</summary>
    public IReadOnlyList<Message> Before { get; init; } = [];
}
