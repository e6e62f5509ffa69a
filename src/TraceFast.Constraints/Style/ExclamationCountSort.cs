using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Style;

/// <summary>exclamation_count{min,max}: exclamation marks, ! and ！ alike; those of != and of Markdown images aside.</summary>
public sealed class ExclamationCountSort : CountSort
{
    public override string Name => "exclamation_count";

    public override Category Kind => Category.Emotion;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.EachParagraph, Scope.FirstParagraph, Scope.LastParagraph];

    protected override CountUnit Unit { get; } = new("exclamation mark", "exclamation marks", "个感叹号", "感叹号的数量", "感叹号", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int count = 0;
        ReadOnlySpan<char> text = response.Span(place);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '！' || text[i] == '!' && !(i + 1 < text.Length && text[i + 1] is '=' or '['))
                count++;
        }

        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part == Scope.Whole ? (1, 4, 1) : (1, 2, 1);
}
