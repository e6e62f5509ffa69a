using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>keywords:frequency: how often the trimmed keyword, as a regular expression that ignores case, matches without overlap.</summary>
internal sealed class KeywordFrequency(PythonRegex keyword, Relation relation) : IInstruction
{
    public string Request => $"\"{keyword.Pattern}\" {relation} times";

    public static IInstruction Read(InstructionArguments arguments) => new KeywordFrequency(
        arguments.Pattern("keyword", PythonString.Strip(arguments.Text("keyword")), ignoreCase: true), arguments.Relation("relation", "frequency"));

    public Finding Check(string text)
    {
        TextSpan[] found = [.. keyword.Matches(text).Select(m => m.Place)];
        return new Finding(relation.Holds(found.Length), $"{found.Length} times", found);
    }
}
