using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>han_count{min,max}: 字数, as <see cref="Response.CountHanUnits"/> counts.</summary>
public sealed class HanCountSort : CountSort
{
    public override string Name => "han_count";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachSentence, Scope.EachLine, Scope.EachItem, Scope.FirstSentence, Scope.LastSentence];

    public override IReadOnlyList<Language> Languages { get; } = [Language.Chinese];

    protected override CountUnit Unit { get; } = new("Chinese character", "Chinese characters", "字", "字数", "文字", CountForm.Length);

    protected override int Count(Response response, TextSpan place) => response.CountHanUnits(place);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part switch
    {
        Scope.Whole => (40, 160, 10),
        Scope.Title => (4, 12, 1),
        Scope.FirstParagraph or Scope.LastParagraph or Scope.EachParagraph => (20, 80, 10),
        _ => (8, 30, 1),
    };
}
