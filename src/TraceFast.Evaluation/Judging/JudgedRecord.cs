using System.Text.Json;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>
/// A record of a benchmark that needs a judge. Its line in <c>--per-record</c>: {"id", "constraints": [{"category", "text", "outcome",
/// "by", "reason"}], its scores}.
/// </summary>
public sealed record JudgedRecord : RecordResult
{
    /// <summary>The record's own name in its file.</summary>
    public required string Id { get; init; }

    /// <summary>The calls that it needed.</summary>
    public Judgements Judgements { get; init; }

    /// <summary>The benchmark's figures for the record: name, value. Written as null where a call gave no verdict.</summary>
    public IReadOnlyList<(string Name, double Value)> Scores { get; init; } = [];

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteStartArray("constraints");
        foreach (ConstraintResult constraint in Constraints)
            constraint.WriteTo(json, "category", withDecider: true);
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
/// The calls of a judge that a result needed, and those that gave no verdict: a score that counts them as not obeyed does not score the
/// responses.
/// </summary>
/// <param name="Calls">Questions that only a judge decides.</param>
/// <param name="Unanswered">Of these, without an answer: the server failed, or there is no judge.</param>
/// <param name="Unreadable">Of these, answered twice in another format than the one asked for.</param>
public readonly record struct Judgements(int Calls, int Unanswered, int Unreadable)
{
    /// <summary>Calls without a verdict.</summary>
    public int Missing => Unanswered + Unreadable;

    /// <summary>One call.</summary>
    internal static Judgements Of<T>(ParsedResponse<T> answer)
        where T : class => new(1, answer.IsAnswered ? 0 : 1, answer is { IsAnswered: true, IsDecided: false } ? 1 : 0);

    /// <summary>Calls that were not made.</summary>
    internal static Judgements NotAsked(int calls) => new(calls, calls, 0);

    public static Judgements operator +(Judgements a, Judgements b) =>
        new(a.Calls + b.Calls, a.Unanswered + b.Unanswered, a.Unreadable + b.Unreadable);

    /// <summary>In words: "18 of 32 calls of the judge gave no verdict (18 without an answer, 0 not in the format asked for)".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Missing} of {Calls} calls of the judge gave no verdict ({Unanswered} without an answer, {Unreadable} not in the format asked for)");
}
