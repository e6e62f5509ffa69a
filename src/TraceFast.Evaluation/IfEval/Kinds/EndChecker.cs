using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>startend:end_checker: trimmed, without " at both ends, in lower case, the text ends with the trimmed phrase in lower case.</summary>
internal sealed class EndChecker(string phrase) : IInstruction
{
    private readonly string end = PythonString.Lower(PythonString.Strip(phrase));

    public string Request => $"ends with: {PythonString.Strip(phrase)}";

    public static IInstruction Read(InstructionArguments arguments) => new EndChecker(arguments.PossiblyEmptyText("end_phrase"));

    public Finding Check(string text)
    {
        bool followed = PythonString.Lower(PythonString.Strip(text).Trim('"')).EndsWith(end, StringComparison.Ordinal);
        int tail = PythonString.StripRange(text).End.GetOffset(text.Length);
        int start = Math.Max(tail - Math.Max(end.Length, 1), 0);
        return new Finding(followed, followed ? "it ends so" : "it ends otherwise", [new TextSpan(start, tail - start)]);
    }
}
