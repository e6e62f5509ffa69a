using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Format;

/// <summary>placeholders{min,max}: texts in square brackets that stand for something to fill in, [name]: with a letter, on one line, at most 80 characters; no link, no footnote, no check box.</summary>
public sealed class PlaceholdersSort : CountSort
{
    private const int Longest = 80;

    public override string Name => "placeholders";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set(SortNames.Data);

    protected override CountUnit Unit { get; } =
        new("placeholder in square brackets", "placeholders in square brackets", "个用方括号[]标出的占位符", "方括号占位符的数量", "方括号占位符", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int count = 0;
        foreach (TextSpan bracket in response.Markdown.Brackets)
            count += IsPlaceholder(response.Span(bracket)) ? 1 : 0;
        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);

    private static bool IsPlaceholder(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length is 0 or > Longest || text[0] == '^' || text.ContainsAny('\n', '\r') || text is "x" or "X")
            return false;
        foreach (char c in text)
        {
            if (char.IsLetter(c))
                return true;
        }

        return false;
    }
}
