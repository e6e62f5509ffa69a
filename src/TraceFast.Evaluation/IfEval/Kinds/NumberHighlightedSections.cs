using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// detectable_format:number_highlighted_sections: *...* and **...** on one line with something between; at least so many together.
/// </summary>
internal sealed class NumberHighlightedSections(int count) : IInstruction
{
    private static readonly PythonRegex s_single = PythonRegex.Parse(@"\*[^\n\*]*\*");
    private static readonly PythonRegex s_double = PythonRegex.Parse(@"\*\*[^\n\*]*\*\*");

    public string Request => $"at least {count} highlighted sections, *as this*";

    public static IInstruction Read(InstructionArguments arguments) => new NumberHighlightedSections(arguments.Number("num_highlights"));

    public Finding Check(string text)
    {
        IEnumerable<RegexMatch> singles = s_single.Matches(text).Where(m => !PythonString.IsBlank(m.Text[1..^1]));
        IEnumerable<RegexMatch> doubles = s_double.Matches(text).Where(m => !PythonString.IsBlank(m.Text[2..^2]));
        TextSpan[] found = [.. singles.Concat(doubles).Select(m => m.Place).OrderBy(p => p.Start)];
        return new Finding(found.Length >= count, $"{found.Length} highlighted sections", found);
    }
}
