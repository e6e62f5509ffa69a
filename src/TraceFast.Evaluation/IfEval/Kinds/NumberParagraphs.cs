using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// length_constraints:number_paragraphs: parts between *** (one white space on either side belongs to it). A blank first or last part does not count,
/// a blank one between fails; the number is exact.
/// </summary>
internal sealed class NumberParagraphs(int count) : IInstruction
{
    private static readonly PythonRegex s_divider = PythonRegex.Parse(@"\s?\*\*\*\s?");

    public string Request => $"{count} paragraphs, divided by ***";

    public static IInstruction Read(InstructionArguments arguments) => new NumberParagraphs(arguments.Number("num_paragraphs"));

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_divider, text);
        int found = parts.Count;
        for (int i = 0; i < parts.Count; i++)
            if (PythonString.IsBlank(text.AsSpan(parts[i].Start, parts[i].Length)))
            {
                if (i > 0 && i < parts.Count - 1)
                    return new Finding(false, "a paragraph between two dividers is blank", [parts[i]]);
                found--;
            }
        return new Finding(found == count, $"{found} paragraphs", TextParts.Dividers(s_divider, text));
    }
}
