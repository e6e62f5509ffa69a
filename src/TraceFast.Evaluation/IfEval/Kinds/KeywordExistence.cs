using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>keywords:existence: each keyword, as a regular expression that ignores case, is found somewhere.</summary>
internal sealed class KeywordExistence(IReadOnlyList<PythonRegex> keywords) : IInstruction
{
    public string Request => $"contains {string.Join(", ", keywords.Select(k => $"\"{k.Pattern}\""))}";

    public static IInstruction Read(InstructionArguments arguments) =>
        new KeywordExistence([.. arguments.Texts("keywords").Select(k => arguments.Pattern("keywords", k, ignoreCase: true))]);

    public Finding Check(string text)
    {
        string[] missing = [.. keywords.Where(k => !k.IsMatch(text)).Select(k => $"\"{k.Pattern}\"")];
        return new Finding(missing.Length == 0, missing.Length == 0 ? "every keyword is there" : $"{string.Join(", ", missing)} is not in it");
    }
}
