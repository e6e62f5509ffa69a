using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// detectable_content:postscript: in the lower-cased text "P.S." is p.s. and "P.P.S" p.p.s with at most one white space between the letters; any other marker is
/// a regular expression. Anywhere in the text.
/// </summary>
internal sealed class Postscript(string marker, PythonRegex pattern) : IInstruction
{
    public string Request => $"a postscript that starts with {marker}";

    public static IInstruction Read(InstructionArguments arguments)
    {
        string marker = PythonString.Strip(arguments.PossiblyEmptyText("postscript_marker"));
        string pattern = marker switch
        {
            // The official patterns begin with \s* and end with .*$, which change nothing but the time they take.
            "P.P.S" => @"p\.\s?p\.\s?s",
            "P.S." => @"p\.\s?s\.",
            _ => $@"\s*{PythonString.Lower(marker)}.*$",
        };
        return new Postscript(marker, arguments.MultiLinePattern("postscript_marker", pattern));
    }

    public Finding Check(string text)
    {
        bool found = pattern.IsMatch(PythonString.Lower(text));
        return new Finding(found, found ? "it is there" : $"there is no {marker}");
    }
}
