using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>startend:quotation: trimmed, at least two characters, the first and the last are ".</summary>
internal sealed class Quotation : IInstruction
{
    public string Request => "the whole answer in double quotation marks";

    public static IInstruction Read(InstructionArguments arguments) => new Quotation();

    public Finding Check(string text)
    {
        string trimmed = PythonString.Strip(text);
        bool followed = trimmed.Length > 1 && trimmed[0] == '"' && trimmed[^1] == '"';
        return new Finding(followed, followed ? "it stands in quotation marks" : "it does not start and end with \"");
    }
}
