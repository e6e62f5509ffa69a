using System.Globalization;
using TraceFast.Data;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation;

/// <summary>A benchmark: says its prompts, reads a file of responses and scores it.</summary>
public interface IBench
{
    /// <summary>As <c>--bench</c> names it, for example "ifeval".</summary>
    string Name { get; }

    /// <summary>Its prompts, so that a model's responses to them can be decoded and scored.</summary>
    /// <exception cref="Data.InputException">Its own file is not named or not what it reads, or the responses could not be scored for want
    /// of a judge.</exception>
    IReadOnlyList<BenchPrompt> Prompts();

    /// <summary>Scores every response of a file, in order.</summary>
    /// <exception cref="Data.InputException">The file, or a line of it, is not what the benchmark reads; names file and line.</exception>
    Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt);
}

/// <summary>
/// What a benchmark found: its metrics as observations, from which values, intervals and tests follow, and each record's constraints.
/// </summary>
public sealed record BenchResult
{
    /// <summary>As <c>--bench</c> names it.</summary>
    public required string Bench { get; init; }

    /// <summary>How much was scored: name as in JSON, number.</summary>
    public IReadOnlyList<(string Name, int Count)> Counts { get; init; } = [];

    /// <summary>The headline metrics, in the order in which they are reported.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>The same metrics by kind, by group, by number of constraints ...</summary>
    public IReadOnlyList<Breakdown> Breakdowns { get; init; } = [];

    /// <summary>One for each line of the file, in order.</summary>
    public required IReadOnlyList<RecordResult> Records { get; init; }

    /// <summary>Lines that could not be scored, each with file and line; where there is one, the metrics are not the file's.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What a judge was needed for, and what it left undecided; null: a program decides alone.</summary>
    public Judgements? Judgements { get; init; }

    /// <summary>Calls without a verdict that the score may count as not obeyed.</summary>
    public int AllowedUnjudged { get; init; }

    /// <summary>There is a score: no more calls are without a verdict than is allowed.</summary>
    public bool IsWhole => (Judgements?.Missing ?? 0) <= AllowedUnjudged;

    /// <summary>What stands before everything else where calls of a judge gave no verdict; null: there is no such call.</summary>
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

/// <summary>Metrics of parts of the data, for example one for each kind of constraint.</summary>
/// <param name="Name">What the data is divided by: "kind", "group", "number of constraints".</param>
/// <param name="Metrics">In the order in which they are reported; <see cref="Metric.Part"/> says which part.</param>
public sealed record Breakdown(string Name, IReadOnlyList<Metric> Metrics);
