using System.Text.RegularExpressions;
using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>citation_marks{min,max}: [1], [2, 3], [4-6], ［7］, or (Name, 2020) and （张三，2020） in the text, outside code and the list of references.</summary>
public sealed partial class CitationMarksSort : CountSort
{
    public override string Name => "citation_marks";

    public override Category Kind => Category.Citation;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "no_digits", "number_count"]);

    protected override CountUnit Unit { get; } = new("citation mark such as [1]", "citation marks such as [1]", "处引用标注（如[1]）", "引用标注的数量", "引用标注", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int end = References.Find(response) is { } references ? references.Heading.Start : response.Text.Length;
        int count = 0;
        foreach (TextSpan bracket in response.Markdown.Brackets)
            count += bracket.Start < end && References.IsMark(response.Span(bracket)) ? 1 : 0;
        foreach (Line line in response.Structure)
        {
            if (line.Start < end && line.Kind is LineKind.Text or LineKind.Item or LineKind.Heading)
            {
                foreach (ValueMatch _ in AuthorAndYear().EnumerateMatches(line.Of(response.Text)))
                    count++;
            }
        }

        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);

    [GeneratedRegex(@"[(（]\p{L}[^()（）]{0,80}?[,，] ?(?:1[5-9]|20)[0-9]{2}[a-z]?[)）]", RegexOptions.CultureInvariant)]
    private static partial Regex AuthorAndYear();
}
