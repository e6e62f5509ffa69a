using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>keywords:forbidden_words: no word, as a regular expression between two word boundaries that ignores case, is found.</summary>
internal sealed class ForbiddenWords(IReadOnlyList<(string Word, PythonRegex Pattern)> words) : IInstruction
{
    public string Request => $"without {string.Join(", ", words.Select(w => $"\"{w.Word}\""))}";

    public static IInstruction Read(InstructionArguments arguments) =>
        new ForbiddenWords([.. arguments.Texts("forbidden_words").Distinct().Select(w => (w, arguments.Pattern("forbidden_words", $@"\b{w}\b", ignoreCase: true)))]);

    public Finding Check(string text)
    {
        List<string> found = [];
        List<TextSpan> places = [];
        foreach ((string word, PythonRegex pattern) in words)
        {
            int before = places.Count;
            places.AddRange(pattern.Matches(text).Select(m => m.Place));
            if (places.Count > before)
                found.Add($"\"{word}\"");
        }
        return new Finding(found.Count == 0, found.Count == 0 ? "none of the words is in it" : $"{string.Join(", ", found)} is in it", [.. places.OrderBy(p => p.Start)]);
    }
}
