using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// quoted_whole{}: one pair of quotation marks stands around the whole answer ("", “”, 「」, 『』, «»); two quotations side by side are no pair. Contradicted by a first word.
/// </summary>
public sealed class QuotedWholeSort : Sort
{
    private const string Opening = "\"“「『«", Closing = "\"”」』»";

    public override string Name => "quoted_whole";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.Blocks, .. SortNames.Ends, .. SortNames.LineForms, "template_slots", "letter_case", "initial_letter", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Wrap your entire response in double quotation marks", "Put the whole answer in double quotes", "The reply must be enclosed in quotation marks from beginning to end",
            "Your whole answer should start and end with a quotation mark", "Surround the complete response with double quotation marks", "Enclose everything you write in double quotes")
        .Chinese("请将整个回答放在双引号内", "全部内容用引号括起来", "回答必须以引号开头并以引号结尾", "用一对双引号包裹整个回复", "整篇内容须置于引号之中", "请给全文加上双引号");

    public override Verdict Check(Constraint constraint, Response response)
    {
        ReadOnlySpan<char> text = response.Text.AsSpan().Trim();
        int pair = text.Length < 3 ? -1 : Opening.IndexOf(text[0]);
        if (pair < 0 || text[^1] != Closing[pair])
            return new(Outcome.Violated, "the answer does not start and end with a pair of quotation marks");
        int closed = Opening[pair] == Closing[pair] ? ClosedAt(text) : ClosedAt(text, Opening[pair], Closing[pair]);
        int start = response.Text.AsSpan().Length - response.Text.AsSpan().TrimStart().Length;
        return closed == text.Length - 1
            ? new(Outcome.Obeyed, "the whole answer stands in quotation marks")
            : new(Outcome.Violated, "the quotation that starts the answer ends before it does", new TextSpan(start, closed + 1));
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        new(Sorts.Get("starts_with"), Arguments.Of(("text", context.Random.Pick(Vocabulary.Openings(context.Language, Scope.Whole)))));

    private static int ClosedAt(ReadOnlySpan<char> text, char opening, char closing)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == opening ? 1 : text[i] == closing ? -1 : 0;
            if (depth == 0)
                return i;
        }

        return text.Length - 1;
    }

    /// <summary>" is both: it closes where a word or a mark stands directly before it.</summary>
    private static int ClosedAt(ReadOnlySpan<char> text)
    {
        int next = text[1..].IndexOf('"') + 1;
        bool opens = char.IsWhiteSpace(text[next - 1]) || text[next - 1] is '(' or '（' or '：' or '，' or '—' or '[';
        return opens ? text.Length - 1 : next;
    }
}
