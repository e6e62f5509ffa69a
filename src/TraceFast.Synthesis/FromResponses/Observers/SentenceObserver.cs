using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>How many sentences an answer in plain prose has; the other has twice as many or half, so that any way of counting agrees.</summary>
internal sealed class SentenceObserver : Observer
{
    public override string Family => "length";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed || !own.IsProse || !other.IsProse || own.HasDigits || other.HasDigits)
            yield break;
        int a = own.Response.Sentences.Count, b = other.Response.Sentences.Count;
        if (!exchange.Demands.Number && a is >= 2 and <= 5 && b >= 2 * a + 1)
            yield return Of("sentence_count", ("max", a + (b - a) / 3));
        if (b >= 2 && a >= 2 * b + 1 && a <= 12)
            yield return Of("sentence_count", ("min", a - (a - b) / 3));
    }
}
