using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>combination:repeat_prompt: trimmed and in lower case, the answer starts with the prompt.</summary>
internal sealed class RepeatPrompt(string prompt) : IInstruction
{
    private readonly string start = PythonString.Lower(PythonString.Strip(prompt));

    public string Request => $"starts with the request: {PythonString.Strip(prompt)}";

    public static IInstruction Read(InstructionArguments arguments) => new RepeatPrompt(arguments.Text("prompt_to_repeat"));

    public Finding Check(string text)
    {
        int before = PythonString.StripRange(text).Start.Value;
        string answer = PythonString.Lower(text[before..]);
        int same = answer.AsSpan().CommonPrefixLength(start);
        return same == start.Length
            ? new Finding(true, "it starts with the request")
            : new Finding(false, "it differs from the request from the marked place on", TextParts.Rest(text, Math.Min(before + same, text.Length)));
    }
}
