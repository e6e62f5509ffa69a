using System.Buffers;
using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>question_count{min,max}: question marks outside code, several in a row being one; one that a letter, digit or = follows directly belongs to an address.</summary>
public sealed class QuestionCountSort : CountSort
{
    private static readonly SearchValues<char> QuestionMarks = SearchValues.Create("?？؟⁇⁈⁉");

    public override string Name => "question_count";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "sentence_end"]);

    protected override CountUnit Unit { get; } = new("question", "questions", "个问句", "问句的数量", "问句", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int count = 0;
        foreach (Line line in response.Structure)
        {
            if (line.Kind is LineKind.Code or LineKind.Fence)
                continue;
            ReadOnlySpan<char> rest = line.Of(response.Text);
            while (true)
            {
                int mark = rest.IndexOfAny(QuestionMarks);
                if (mark < 0)
                    break;
                bool full = rest[mark] != '?';
                rest = rest[(mark + 1)..].TrimStart("?？؟⁇⁈⁉!！");
                if (full || rest.IsEmpty || !(char.IsAsciiLetterOrDigit(rest[0]) || rest[0] is '=' or '&' or '%' or '/'))
                    count++;
            }
        }

        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);
}
