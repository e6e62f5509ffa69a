using System.Text.Json;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation;

/// <summary>
/// What a benchmark measured: its metrics as observations, from which values, intervals and tests follow, and each record's constraints.
/// </summary>
public sealed record BenchResult
{
    /// <summary>As <c>--bench</c> names it.</summary>
    public required string Bench { get; init; }

    /// <summary>How much was scored: name as in JSON, number.</summary>
    public IReadOnlyList<(string Name, int Count)> Counts { get; init; } = [];

    /// <summary>The headline metrics, in the order in which they are reported.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>The same metrics by constraint type, by group, by number of constraints ...</summary>
    public IReadOnlyList<Breakdown> Breakdowns { get; init; } = [];

    /// <summary>One for each line of the file, in order.</summary>
    public required IReadOnlyList<RecordResult> Records { get; init; }

    /// <summary>Lines that could not be scored, each with file and line; where there is one, the metrics are not the file's.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The calls of the judge; null where a program decides everything.</summary>
    public Judgements? Judgements { get; init; }

    /// <summary>Calls without a verdict that the score may count as not obeyed.</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>There is a score: no more calls are without a verdict than is allowed.</summary>
    public bool IsWhole => (Judgements?.Missing ?? 0) <= AllowedUnjudged;

    /// <summary>Printed before everything else where calls of a judge gave no verdict; null: there is no such call.</summary>
    public string? Warning => Judgements is not { Missing: > 0 and int missing } judgements ? null
        : IsWhole
        ? string.Create(
            CultureInfo.InvariantCulture, $"NOT WHOLLY JUDGED: {judgements}; --allow-unjudged {AllowedUnjudged} counts them as not obeyed")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"NO SCORE: {judgements}; the same command asks for what "
                + $"is missing{(judgements.Unanswered == judgements.Calls ? " (is a judge named, and does it answer?)" : "")}, and "
                + $"--allow-unjudged {missing} counts it as not obeyed");

    /// <summary>What else belongs in the report: what, value (judge, undecided answers, cost ...).</summary>
    public IReadOnlyList<(string What, string Value)> Facts { get; init; } = [];
}

/// <summary>Metrics of parts of the data, for example one for each constraint type.</summary>
/// <param name="Name">What the data is divided by: "type", "group", "number of constraints".</param>
/// <param name="Metrics">In the order in which they are reported; <see cref="Metric.Part"/> names the part.</param>
public sealed record Breakdown(string Name, IReadOnlyList<Metric> Metrics)
{
    /// <summary>Parts without an observation are left out.</summary>
    internal static Breakdown OfPresent(string name, IEnumerable<Metric> metrics) =>
        new(name, [.. metrics.Where(m => m.Observations.Count > 0)]);
}

/// <summary>
/// A score as a ratio of sums over independent units: value = sum of numerators / sum of denominators. A share of records has denominator 1
/// per record; a share of instructions has the record's number of instructions. The bootstrap draws units, not single instructions.
/// </summary>
/// <param name="Name">Stable name, as in JSON: "prompt_strict".</param>
/// <param name="Observations">One per unit, units in ascending order.</param>
public sealed record Metric(string Name, IReadOnlyList<Observation> Observations)
{
    /// <summary>Which part of the data, in a <see cref="Breakdown"/>; null for all of it.</summary>
    public string? Part { get; init; }

    /// <summary>The sum of the denominators: of how many.</summary>
    public double Count => Observations.Sum(o => o.Denominator);

    /// <summary>The score; NaN where there is nothing to score.</summary>
    public double Value => Observations.Sum(o => o.Numerator) / Count;

    /// <summary>The share of constraints obeyed: one observation for each record that has constraints of those meant.</summary>
    /// <param name="isMeant">Whether a record's constraint counts, both by index.</param>
    internal static Metric ShareObeyed(
        string name, IReadOnlyList<RecordResult> records, Func<int, int, bool> isMeant, string? part = null) => new(name,
    [
        .. records.Select((record, r) => (Unit: r, Meant: record.Constraints.Where((_, i) => isMeant(r, i)).ToArray()))
            .Where(r => r.Meant.Length > 0)
            .Select(r => new Observation(r.Unit, r.Meant.Count(c => c.Outcome == Outcome.Obeyed), r.Meant.Length)),
    ])
    {
        Part = part,
    };
}

/// <summary>What one unit contributes to a metric.</summary>
/// <param name="Unit">Which unit: the record's index from 0, or a group's where records belong together. Two results are paired by
/// it.</param>
/// <param name="Numerator">For example the number of its constraints that were obeyed.</param>
/// <param name="Denominator">For example the number of its constraints.</param>
public readonly record struct Observation(int Unit, double Numerator, double Denominator);

/// <summary>One scored response.</summary>
public abstract record RecordResult
{
    /// <summary>1-based line of the file.</summary>
    public required int Line { get; init; }

    public required string Prompt { get; init; }

    public required string Response { get; init; }

    /// <summary>Each constraint of the record, in its order.</summary>
    public required IReadOnlyList<ConstraintResult> Constraints { get; init; }

    /// <summary>Writes the properties of the record's line in <c>--per-record</c>; the caller starts and ends the object.</summary>
    public abstract void WriteTo(Utf8JsonWriter json);
}

/// <summary>Who decided about a constraint.</summary>
public enum Decider
{
    /// <summary>A program, exactly.</summary>
    Program,

    /// <summary>The judge, or nobody where it did not decide.</summary>
    Judge,
}

/// <summary>The outcome of one constraint.</summary>
/// <param name="Type">The benchmark's name of its type or category: "length_constraints:number_words", a category of TRACE ...</param>
/// <param name="Text">What was asked for, in words.</param>
/// <param name="Outcome"><see cref="Outcome.NeedsJudge"/>: undecided; never counted as obeyed.</param>
/// <param name="Reason">What was found, in English.</param>
/// <param name="Places">The spans of the response that show it, in ascending order, in UTF-16 units; empty: the whole response.</param>
/// <param name="By">Who decided.</param>
public sealed record ConstraintResult(
    string Type, string Text, Outcome Outcome, string Reason, IReadOnlyList<TextSpan> Places, Decider By = Decider.Program)
{
    /// <summary>The outcome as files name it: "obeyed", "violated" or "undecided".</summary>
    private string OutcomeName => Outcome switch
    {
        Outcome.Obeyed => "obeyed",
        Outcome.Violated => "violated",
        _ => "undecided",
    };

    /// <summary>Writes it as one object; <paramref name="type"/> is the key of <see cref="Type"/>.</summary>
    internal void WriteTo(Utf8JsonWriter json, string type, bool withDecider)
    {
        json.WriteStartObject();
        json.WriteString(type, Type);
        json.WriteString("text", Text);
        json.WriteString("outcome", OutcomeName);
        if (withDecider)
            json.WriteString("by", By == Decider.Program ? "program" : "judge");
        json.WriteString("reason", Reason);
        json.WriteEndObject();
    }
}

/// <summary>A line that could not be scored; it keeps its place among the records, so that their order is the file's.</summary>
public sealed record UnscoredRecord : RecordResult
{
    /// <summary>With file and line.</summary>
    public required string Error { get; init; }

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNull("strict");
        json.WriteNull("loose");
        json.WriteString("error", Error);
    }
}
