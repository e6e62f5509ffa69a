using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>The length of the first sentence and of every paragraph.</summary>
internal sealed class PartObserver : Observer
{
    public override string Family => "parts";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.Length || exchange.Demands.IsClosed || exchange.Demands.Form || !own.IsProse || !other.IsProse)
            yield break;
        string sort = exchange.Language == Language.Chinese ? "han_count" : "word_count";
        if (First(own) is (Least: >= 5, _) a && First(other) is { } b && a.Most < b.Least && NiceNumber.Between(a.Most, b.Least) is { } most)
            yield return About(Scope.FirstSentence, sort, ("max", most));
        (int Least, int Most) longest = Longest(own), otherLongest = Longest(other);
        if (own.Response.Paragraphs.Count >= 2 && longest.Most < otherLongest.Least && NiceNumber.Between(longest.Most, otherLongest.Least) is { } perParagraph)
            yield return About(Scope.EachParagraph, sort, ("max", perParagraph));
    }

    private static (int Least, int Most)? First(AnswerShape shape) => shape.Response.Sentences.Count > 1 ? shape.Lengths(shape.Response.Sentences[0]) : null;

    private static (int Least, int Most) Longest(AnswerShape shape) =>
        shape.Response.Paragraphs.Select(shape.Lengths).Aggregate((Least: 0, Most: 0), (a, b) => (Math.Max(a.Least, b.Least), Math.Max(a.Most, b.Most)));
}
