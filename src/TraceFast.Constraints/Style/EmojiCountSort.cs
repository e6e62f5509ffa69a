using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>emoji_count{min,max}: emoji as readers see them, as <see cref="Emoji"/> counts.</summary>
public sealed class EmojiCountSort : CountSort
{
    public override string Name => "emoji_count";

    public override Category Kind => Category.Emotion;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.EachParagraph, Scope.EachSentence, Scope.EachItem, Scope.FirstSentence, Scope.LastSentence, Scope.EachLine];

    protected override CountUnit Unit { get; } = new("emoji", "emojis", "个表情符号", "表情符号的数量", "表情符号", CountForm.Inclusion);

    protected override IEnumerable<Wording> MoreWordings { get; } =
    [
        new(Language.Chinese, "至少加入{min}个emoji", When: ""), new(Language.Chinese, "最多使用{max}个emoji"), new(Language.Chinese, "正好使用{min}个emoji", When: "max={min}"), new(Language.Chinese, "不要使用emoji", When: "max=0"),
    ];

    protected override int Count(Response response, TextSpan place) => Emoji.Count(response.Span(place));

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part == Scope.Whole ? (1, 5, 1) : (1, 2, 1);
}
