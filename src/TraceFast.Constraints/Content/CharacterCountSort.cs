using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>character_count{min,max}: code points, blanks and punctuation too, line ends not.</summary>
public sealed class CharacterCountSort : CountSort
{
    public override string Name => "character_count";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachSentence, Scope.EachLine, Scope.EachItem, Scope.FirstSentence, Scope.LastSentence];

    protected override CountUnit Unit { get; } = new("character", "characters", "个字符", "字符数", "字符", CountForm.Length);

    protected override int Count(Response response, TextSpan place) => response.CountCharacters(place);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (part, language) switch
    {
        (Scope.Whole, Language.English) => (120, 480, 20),
        (Scope.Title, Language.English) => (12, 45, 5),
        (Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph, Language.English) => (60, 240, 20),
        (_, Language.English) => (30, 90, 5),
        (Scope.Whole, _) => (50, 180, 10),
        (Scope.Title, _) => (4, 14, 1),
        (Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph, _) => (25, 90, 5),
        _ => (10, 35, 1),
    };
}
