using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>
/// combination:two_responses: parts between ******; a blank first or last part does not count, a blank one between fails; exactly two that differ when trimmed.
/// </summary>
internal sealed class TwoResponses : IInstruction
{
    private static readonly PythonRegex s_divider = PythonRegex.Parse(@"\*{6}");

    public string Request => "two different answers, divided by ******";

    public static IInstruction Read(InstructionArguments arguments) => new TwoResponses();

    public Finding Check(string text)
    {
        IReadOnlyList<TextSpan> parts = TextParts.Between(s_divider, text);
        List<string> answers = [];
        for (int i = 0; i < parts.Count; i++)
        {
            string answer = PythonString.Strip(text.Substring(parts[i].Start, parts[i].Length));
            if (answer.Length > 0)
                answers.Add(answer);
            else if (i > 0 && i < parts.Count - 1)
                return new Finding(false, "the part between two dividers is blank", [parts[i]]);
        }
        bool same = answers.Count == 2 && answers[0] == answers[1];
        return new Finding(answers.Count == 2 && !same, same ? "the two answers are the same" : $"{answers.Count} answers", TextParts.Dividers(s_divider, text));
    }
}
