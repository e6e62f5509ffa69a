using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Format;

/// <summary>
/// reference_list{min,max}: entries under "References" or 参考文献 at the end of the answer. A mark [n] in the text that has no entry makes it no list to cite from: then none are counted.
/// </summary>
public sealed class ReferenceListSort : CountSort
{
    public override string Name => "reference_list";

    public override Category Kind => Category.Citation;

    public override IReadOnlySet<string> ConflictsWith { get; } =
        SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.LineForms, .. SortNames.Lists, "ends_with", "postscript", "sentence_end", "separator", "line_count", "no_digits"]);

    protected override CountUnit Unit { get; } =
        new("entry in a list headed \"References\" at the end", "entries in a list headed \"References\" at the end", "条文末“参考文献”条目", "文末“参考文献”的条目数", "文末“参考文献”条目", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        if (References.Find(response) is not { IsLast: true } references)
            return 0;
        foreach (TextSpan bracket in response.Markdown.Brackets)
        {
            if (bracket.Start >= references.Heading.Start || !References.IsMark(response.Span(bracket)))
                continue;
            foreach (int number in References.NumbersOf(response.Span(bracket).ToString()))
            {
                if (!references.Numbers.Contains(number))
                    return 0;
            }
        }

        return references.Entries.Count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);
}
