using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>character_count{min,max}: code points, blanks and punctuation too, line ends not.</summary>
public sealed class CharacterCountSort : CountSort
{
    public override string Name => "character_count";

    public override Kind Kind => Kind.Numeric;

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, Part.Title, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.EachSentence, Part.EachLine, Part.EachItem, Part.FirstSentence, Part.LastSentence];

    protected override CountUnit Unit { get; } = new("character", "characters", "个字符", "字符数", "字符", CountForm.Length);

    protected override int Count(Response response, Place place) => response.CountCharacters(place);

    protected override (int Low, int High, int Step) Usual(Part part, Language language) => (part, language) switch
    {
        (Part.Whole, Language.English) => (120, 480, 20),
        (Part.Title, Language.English) => (12, 45, 5),
        (Part.FirstParagraph or Part.LastParagraph or Part.EachParagraph, Language.English) => (60, 240, 20),
        (_, Language.English) => (30, 90, 5),
        (Part.Whole, _) => (50, 180, 10),
        (Part.Title, _) => (4, 14, 1),
        (Part.FirstParagraph or Part.LastParagraph or Part.EachParagraph, _) => (25, 90, 5),
        _ => (10, 35, 1),
    };
}
