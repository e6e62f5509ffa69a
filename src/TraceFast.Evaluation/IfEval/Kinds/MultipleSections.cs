using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>detectable_format:multiple_sections: the trimmed marker, as a regular expression, then at most one white space and digits; at least so many.</summary>
internal sealed class MultipleSections(string marker, PythonRegex pattern, int count) : IInstruction
{
    public string Request => $"at least {count} sections marked {marker} 1, {marker} 2 ...";

    public static IInstruction Read(InstructionArguments arguments)
    {
        string marker = PythonString.Strip(arguments.PossiblyEmptyText("section_spliter"));
        return new MultipleSections(marker, arguments.Pattern("section_spliter", $@"\s?{marker}\s?\d+\s?", ignoreCase: false), arguments.Number("num_sections"));
    }

    public Finding Check(string text)
    {
        TextSpan[] found = [.. pattern.Matches(text).Select(m => m.Place)];
        // The official count is that of re.split's pieces, among which the pattern's groups are.
        int sections = found.Length * (1 + pattern.Groups);
        return new Finding(sections >= count, $"{sections} sections", found);
    }
}
