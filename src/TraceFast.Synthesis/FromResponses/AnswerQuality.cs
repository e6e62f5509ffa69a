using System.Text.RegularExpressions;
using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>
/// Whether a text is an answer worth training on: in the language of its prompt, no refusal, not cut off, no left-over of a chat.
/// </summary>
internal static partial class AnswerQuality
{
    public static bool IsSound(string answer, Language language)
    {
        string text = answer.Trim();
        if (text.Length == 0 || Exchange.LanguageOf(text) != language || text.Contains('\ufffd'))
            return false;
        if (s_refusal.IsMatch(text.Length > 400 ? text[..400] : text) || Leftover().IsMatch(text))
            return false;
        return !IsCutOff(text) && !IsOnlyQuestions(text);
    }

    /// <summary>A counter-question is no answer.</summary>
    private static bool IsOnlyQuestions(string text) =>
        text.Length < 200 && text[^1] is '?' or '？' && !text[..^1].AsSpan().ContainsAny(".!。！\n");

    /// <summary>A long answer that ends within a sentence.</summary>
    private static bool IsCutOff(string text)
    {
        if (text.Length < 120)
            return false;
        if (Fences().Count(text) % 2 == 1)
            return true;
        string end = text.TrimEnd('*', '_', '`', '"', '”', ')', '）', '」', '』', ' ', '\n', '~', ']');
        if (end.Length == 0 || text.EndsWith("```", StringComparison.Ordinal) || text[^1] is ')' or '）' or ']' or '"' or '”')
            return false;
        char last = end[^1];
        if (".!?。！？…:：;；|".Contains(last))
            return last is ':' or '：' or ';' or '；';
        if (text.Length < 300)
            return false;

        if (end.Count(c => c is '(' or '（') > end.Count(c => c is ')' or '）') && end.LastIndexOfAny(['(', '（']) > end.LastIndexOf('\n'))
            return true;

        // items of a list and lines of a letter may lack a full stop, all of them alike
        string[] lines = [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        int stopped = lines.Count(l => ".!?。！？…:：\"”".Contains(l.TrimEnd('*', '_', ' ')[^1..], StringComparison.Ordinal));
        return lines[^1].Length > 60 || stopped * 2 > lines.Length;
    }

    private static readonly Regex s_refusal = PromptWords.Pattern("refusal");

    [GeneratedRegex("(?m)^\\s*```")]
    private static partial Regex Fences();

    [GeneratedRegex(
        @"</?s>|<\|.*?\|>|\[/?INST\]|^(?:Human|Assistant|User|Q|A)\s*[:：]|\n(?:Human|Assistant|User)\s*[:：]|"
        + @"Confidence: \d|置信度[:：]|\[(?:问题|回答)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Leftover();
}
