using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>How many words (字 in Chinese) the whole answer has.</summary>
internal sealed class LengthObserver : Observer
{
    public override string Family => "length";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed)
            yield break;
        string sort = exchange.Language == Language.Chinese ? "han_count" : "word_count";
        (int Least, int Most) a = own.Lengths(own.Response.Whole), b = other.Lengths(other.Response.Whole);
        if (a.Least < 15 || b.Least < 15 || own.HasCode || other.HasCode)
            yield break;
        if (a.Least > b.Most && NiceNumber.Between(b.Most, a.Least) is { } least)
            yield return Of(sort, ("min", least));
        if (exchange.Demands.Number)
            yield break; // thirty ideas do not fit into forty words
        if (a.Most < b.Least && NiceNumber.Between(a.Most, b.Least) is { } most)
            yield return Of(sort, ("max", most));
        if (NiceNumber.Around(a, b) is (>= 20 and var low, var high))
            yield return Of(sort, ("min", low), ("max", high));
    }
}
