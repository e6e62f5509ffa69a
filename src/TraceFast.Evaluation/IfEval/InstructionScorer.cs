using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>Strict and loose verdicts (google-research, instruction_following_eval, evaluation_lib.py).</summary>
internal static class InstructionScorer
{
    private static readonly Finding s_blank = new(false, "the answer is blank");

    /// <summary>The verdict on the response as it is. A blank one follows no instruction.</summary>
    public static Finding Strict(IInstruction instruction, string response) =>
        PythonString.IsBlank(response) ? s_blank : instruction.Check(response);

    /// <summary>Whether a variant follows an instruction that the response itself does not follow (it is the first of the eight).</summary>
    public static bool Loose(IInstruction instruction, IReadOnlyList<string> variants) =>
        variants.Skip(1).Any(v => !PythonString.IsBlank(v) && instruction.Check(v).IsFollowed);

    /// <summary>The response; without asterisks; without its first, its last, and both lines (trimmed); these without asterisks.</summary>
    public static IReadOnlyList<string> Variants(string response)
    {
        string[] lines = response.Split('\n');
        string noFirst = Join(lines, 1, 0), noLast = Join(lines, 0, 1), inside = Join(lines, 1, 1);
        return [response, Plain(response), noFirst, noLast, inside, Plain(noFirst), Plain(noLast), Plain(inside)];
    }

    private static string Join(string[] lines, int first, int last) =>
        PythonString.Strip(string.Join('\n', lines, first, Math.Max(0, lines.Length - first - last)));

    private static string Plain(string text) => text.Replace("*", "", StringComparison.Ordinal);
}
