using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>How many paragraphs an answer in plain prose has.</summary>
internal sealed class ParagraphObserver : Observer
{
    public override string Family => "paragraphs";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.Form || exchange.Demands.IsClosed || !own.IsProse || own.Length < 30)
            yield break;
        int a = own.Response.Paragraphs.Count, b = other.Response.Paragraphs.Count;
        if (a is >= 1 and <= 5 && a != b && other.IsProse)
            yield return Of("paragraph_count", ("min", a), ("max", a));
        if (a <= 4 && b > a + 1)
            yield return Of("paragraph_count", ("max", a + 1));
        if (a is >= 3 and <= 8 && b < a - 1 && other.IsProse)
            yield return Of("paragraph_count", ("min", a - 1));
    }
}
