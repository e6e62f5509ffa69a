using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>detectable_format:title: some &lt;&lt;...>> on one line (the longest) with more than brackets and white space in it.</summary>
internal sealed class Title : IInstruction
{
    public string Request => "a title in <<double angular brackets>>";

    public static IInstruction Read(InstructionArguments arguments) => new Title();

    public Finding Check(string text)
    {
        bool found = text.Split('\n').Any(IsTitle);
        return new Finding(found, found ? "it has a title" : "no title in << and >>");
    }

    private static bool IsTitle(string line)
    {
        int open = line.IndexOf("<<", StringComparison.Ordinal), close = line.LastIndexOf(">>", StringComparison.Ordinal);
        return open >= 0 && close > open + 2 && !PythonString.IsBlank(line.AsSpan(open, close + 2 - open).TrimStart('<').TrimEnd('>'));
    }
}
