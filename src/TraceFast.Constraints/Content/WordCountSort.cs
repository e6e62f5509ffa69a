using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>word_count{min,max}: words of the answer or a part. For languages that put blanks between words.</summary>
public sealed class WordCountSort : CountSort
{
    public override string Name => "word_count";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachSentence, Scope.EachLine, Scope.EachItem, Scope.FirstSentence, Scope.LastSentence];

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    protected override CountUnit Unit { get; } = new("word", "words", "", "", "", CountForm.Length);

    protected override int Count(Response response, TextSpan place) => response.CountWords(place);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part switch
    {
        Scope.Whole => (20, 80, 5),
        Scope.Title => (2, 7, 1),
        Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph => (10, 40, 5),
        _ => (5, 14, 1),
    };
}
