using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>han_count{min,max}: 字数, as <see cref="Response.CountHanUnits"/> counts.</summary>
public sealed class HanCountSort : CountSort
{
    public override string Name => "han_count";

    public override Kind Kind => Kind.Numeric;

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, Part.Title, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.EachSentence, Part.EachLine, Part.EachItem, Part.FirstSentence, Part.LastSentence];

    public override IReadOnlyList<Language> Languages { get; } = [Language.Chinese];

    protected override CountUnit Unit { get; } = new("Chinese character", "Chinese characters", "字", "字数", "文字", CountForm.Length);

    protected override int Count(Response response, Place place) => response.CountHanUnits(place);

    protected override (int Low, int High, int Step) Usual(Part part, Language language) => part switch
    {
        Part.Whole => (40, 160, 10),
        Part.Title => (4, 12, 1),
        Part.FirstParagraph or Part.LastParagraph or Part.EachParagraph => (20, 80, 10),
        _ => (8, 30, 1),
    };
}
