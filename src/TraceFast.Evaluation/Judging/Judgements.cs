using System.Globalization;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>The calls of a judge that a result needed, and those that gave no verdict: a score that counts them as not obeyed is no score of the responses.</summary>
/// <param name="Calls">Questions that only a judge decides.</param>
/// <param name="Unanswered">Of these, without an answer: the server failed, or there is no judge.</param>
/// <param name="Unreadable">Of these, answered in another form than the one asked for, twice.</param>
public readonly record struct Judgements(int Calls, int Unanswered, int Unreadable)
{
    /// <summary>Calls without a verdict.</summary>
    public int Missing => Unanswered + Unreadable;

    /// <summary>One call.</summary>
    internal static Judgements Of<T>(FormedAnswer<T> answer)
        where T : class => new(1, answer.IsAnswered ? 0 : 1, answer is { IsAnswered: true, IsDecided: false } ? 1 : 0);

    /// <summary>Calls that nobody was asked.</summary>
    internal static Judgements NotAsked(int calls) => new(calls, calls, 0);

    public static Judgements operator +(Judgements a, Judgements b) => new(a.Calls + b.Calls, a.Unanswered + b.Unanswered, a.Unreadable + b.Unreadable);

    /// <summary>In words: "18 of 32 calls of the judge gave no verdict (18 without an answer, 0 not in the form asked for)".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Missing} of {Calls} calls of the judge gave no verdict ({Unanswered} without an answer, {Unreadable} not in the form asked for)");
}
