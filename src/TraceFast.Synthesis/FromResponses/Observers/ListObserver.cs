using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>A numbered or bulleted list that makes up most of an answer, where the other answer has none.</summary>
internal sealed class ListObserver : Observer
{
    public override string Family => "list";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Form || exchange.Demands.IsCode)
            yield break;
        foreach ((string sort, int a, int b) in new[] { ("numbered_list", own.NumberedItems, other.NumberedItems), ("bulleted_list", own.BulletedItems, other.BulletedItems) })
        {
            if (a < 3 || b > 0 || !own.IsMostlyList)
                continue;
            yield return Of(sort, ("min", 1));
            if (!exchange.Demands.Number && own.Items == a && a <= 12)
            {
                yield return Of(sort, ("min", a - a / 4));
                yield return Of(sort, ("min", a), ("max", a));
            }
        }
    }
}
