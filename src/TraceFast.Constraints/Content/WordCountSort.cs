using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>word_count{min,max}: words of the answer or a part. For languages that put blanks between words.</summary>
public sealed class WordCountSort : CountSort
{
    public override string Name => "word_count";

    public override Kind Kind => Kind.Numeric;

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, Part.Title, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.EachSentence, Part.EachLine, Part.EachItem, Part.FirstSentence, Part.LastSentence];

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    protected override CountUnit Unit { get; } = new("word", "words", "", "", "", CountForm.Length);

    protected override int Count(Response response, Place place) => response.CountWords(place);

    protected override (int Low, int High, int Step) Usual(Part part, Language language) => part switch
    {
        Part.Whole => (20, 80, 5),
        Part.Title => (2, 7, 1),
        Part.FirstParagraph or Part.LastParagraph or Part.EachParagraph => (10, 40, 5),
        _ => (5, 14, 1),
    };
}
