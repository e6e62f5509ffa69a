using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>Who decided about a constraint.</summary>
public enum Decider
{
    /// <summary>A program, exactly.</summary>
    Program,

    /// <summary>The judge, or nobody where it did not decide.</summary>
    Judge,
}

/// <summary>
/// A record of a benchmark that needs a judge. Its line in <c>--per-record</c>: {"id", "constraints": [{"kind", "text", "outcome", "by",
/// "reason"}], its scores}.
/// </summary>
public sealed record JudgedRecord : RecordResult
{
    /// <summary>The record's own name in its file.</summary>
    public required string Id { get; init; }

    /// <summary>Who decided, for each constraint.</summary>
    public required IReadOnlyList<Decider> Deciders { get; init; }

    /// <summary>The calls that it needed.</summary>
    public Judgements Judgements { get; init; }

    /// <summary>The benchmark's figures for the record: name, value. Written as null where a call gave no verdict.</summary>
    public IReadOnlyList<(string Name, double Value)> Scores { get; init; } = [];

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteStartArray("constraints");
        for (int i = 0; i < Constraints.Count; i++)
        {
            ConstraintResult constraint = Constraints[i];
            json.WriteStartObject();
            json.WriteString("kind", constraint.Kind);
            json.WriteString("text", constraint.Text);
            json.WriteString("outcome", OutcomeNames.Of(constraint.Outcome));
            json.WriteString("by", Deciders[i] == Decider.Program ? "program" : "judge");
            json.WriteString("reason", constraint.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        foreach ((string name, double value) in Scores)
        {
            if (Judgements.Missing > 0)
                json.WriteNull(name);
            else
                json.WriteNumber(name, value);
        }
    }
}

/// <summary>
/// The calls of a judge that a result needed, and those that gave no verdict: a score that counts them as not obeyed is no score of the
/// responses.
/// </summary>
/// <param name="Calls">Questions that only a judge decides.</param>
/// <param name="Unanswered">Of these, without an answer: the server failed, or there is no judge.</param>
/// <param name="Unreadable">Of these, answered in another form than the one asked for, twice.</param>
public readonly record struct Judgements(int Calls, int Unanswered, int Unreadable)
{
    /// <summary>Calls without a verdict.</summary>
    public int Missing => Unanswered + Unreadable;

    /// <summary>One call.</summary>
    internal static Judgements Of<T>(ParsedResponse<T> answer)
        where T : class => new(1, answer.IsAnswered ? 0 : 1, answer is { IsAnswered: true, IsDecided: false } ? 1 : 0);

    /// <summary>Calls that nobody was asked.</summary>
    internal static Judgements NotAsked(int calls) => new(calls, calls, 0);

    public static Judgements operator +(Judgements a, Judgements b) =>
        new(a.Calls + b.Calls, a.Unanswered + b.Unanswered, a.Unreadable + b.Unreadable);

    /// <summary>In words: "18 of 32 calls of the judge gave no verdict (18 without an answer, 0 not in the form asked for)".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Missing} of {Calls} calls of the judge gave no verdict ({Unanswered} without an answer, {Unreadable} not in the form asked "
            + $"for)");
}

/// <summary>What a report says about who decided.</summary>
internal static class JudgeFacts
{
    /// <summary>The calls of all records.</summary>
    public static Judgements Sum(IReadOnlyList<JudgedRecord> records) =>
        records.Aggregate(default(Judgements), (sum, r) => sum + r.Judgements);

    /// <summary>Whether figures may be given.</summary>
    public static bool AreWhole(IReadOnlyList<JudgedRecord> records, JudgeSettings settings) =>
        Sum(records).Missing <= settings.AllowedUnjudged;

    public static IReadOnlyList<(string What, string Value)> Of(IReadOnlyList<JudgedRecord> records, JudgeSettings settings)
    {
        int all = 0, program = 0, undecided = 0;
        foreach (JudgedRecord record in records)
        {
            for (int i = 0; i < record.Constraints.Count; i++)
            {
                all++;
                if (record.Deciders[i] == Decider.Program)
                    program++;
                if (record.Constraints[i].Outcome == Outcome.NeedsJudge)
                    undecided++;
            }
        }

        List<(string, string)> facts =
        [
            ("constraints decided by program", Share(program, all)),
            ("constraints decided by the judge", Share(all - program - undecided, all)),
            ("constraints undecided, never counted as obeyed", Share(undecided, all)),
        ];
        if (settings.Judge is { } judge)
            facts.Add(
                ("judge's answers",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{judge.Decided} read, {judge.Repaired} of them after a plea, {judge.Undecided} not read")));
        else if (undecided > 0)
            facts.Add(("judge", "none; name one with --judge URL and --judge-model NAME"));
        facts.AddRange(settings.Account?.Invoke() ?? []);
        return facts;
    }

    private static string Share(int part, int all) => string.Create(CultureInfo.InvariantCulture, $"{part} of {all}");
}

/// <summary>Judges records, many at once, and keeps their order.</summary>
internal static class RecordLoop
{
    /// <param name="records">What is judged.</param>
    /// <param name="atOnce">Records under way at once; the endpoint limits the calls.</param>
    /// <param name="judge">Judges one.</param>
    /// <param name="progress">Told after each record.</param>
    public static async Task<TResult[]> RunAsync<TRecord, TResult>(
        IReadOnlyList<TRecord> records, int atOnce, Func<TRecord, int, CancellationToken, Task<TResult>> judge,
        IProgress<JudgeProgress>? progress, CancellationToken cancel)
    {
        TResult[] results = new TResult[records.Count];
        int done = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel };
        await Parallel.ForAsync(0, records.Count, options, async (i, token) =>
        {
            results[i] = await judge(records[i], i, token).ConfigureAwait(false);
            progress?.Report(new JudgeProgress(Interlocked.Increment(ref done), records.Count));
        }).ConfigureAwait(false);
        return results;
    }
}
