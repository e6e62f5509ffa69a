using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Words that make a program's reading unsafe: conditions, alternatives, wishes, and subjects that are no text of the answer (code, files,
/// fonts, pictures, inputs). A clause in doubt is left to a judge.
/// </summary>
internal static class Doubt
{
    private static readonly Vocabulary s_zh = Vocabulary.Chinese, s_en = Vocabulary.English;

    private static readonly Regex s_wish = PatternFamily.Pattern($"{s_zh["wishes"]}|^{s_zh["opening wishes"]}|\\b{s_en["wishes"]}\\b");

    private static readonly Regex s_noText = PatternFamily.Pattern($"{s_zh["code"]}(?:[^块]|$)|{s_zh["other subjects"]}"
        + $"|\\b{s_en["other subjects"]}\\b"); // 代码块 is a text's code block

    private static readonly Regex s_codeTask = PatternFamily.Pattern(
        $"{s_zh["code tasks"]}|{s_zh["train"]}.{{0,20}}{s_zh["models"]}|{s_zh["create"]}.{{0,20}}{s_zh["created objects"]}"
        + $"|\\b{s_en["code task verbs"]} (?:{s_en["code task articles"]} )?(?:\\w+ )?{s_en["code tasks"]}\\b");

    private static readonly Regex s_otherDocument = PatternFamily.Pattern(s_zh["document languages"]);

    private static readonly Regex s_textTask = PatternFamily.Pattern(
        $"[一两三]?{s_zh["text classifiers"]}{s_zh["texts"]}|\\b{s_en["texts"]}\\b");

    private static readonly Regex s_negation = PatternFamily.Pattern($"{s_zh["negations"]}|\\b{s_en["negations"]}\\b");

    public static bool IsWish(string clause) => s_wish.IsMatch(clause);

    /// <summary>Whether a clause is about something other than the answer's own text.</summary>
    public static bool IsNoText(string clause) => s_noText.IsMatch(clause);

    /// <summary>
    /// Whether the task asks for a program or a document in another language than Markdown, so that the form of its output is not the form
    /// of the answer.
    /// </summary>
    public static bool IsCodeTask(string task) => s_otherDocument.IsMatch(task) || (s_codeTask.IsMatch(task) && !s_textTask.IsMatch(task));

    /// <summary>Whether the words before a match negate it.</summary>
    public static bool IsNegated(string before) => s_negation.IsMatch(before);
}

/// <summary>
/// Whether what was read says everything that a line asks for: what is left over may only be courtesy, the name of the answer or the
/// purpose.
/// </summary>
internal static class Coverage
{
    private static readonly Vocabulary s_zh = Vocabulary.Chinese, s_en = Vocabulary.English;

    /// <summary>A clause that says what for: "so that it is easy to read".</summary>
    private static readonly Regex s_purpose = PatternFamily.Pattern($"^{s_zh["purpose leads"]}?{s_zh["purposes"]}|^{s_en["purposes"]}\\b");

    /// <summary>Such a clause says more than what for when it names contents.</summary>
    private static readonly Regex s_content = PatternFamily.Pattern(s_zh["purpose contents"]);

    private static readonly Regex s_chineseFiller = PatternFamily.Pattern($"^(?:{s_zh["fillers", "filler names"]}|[、:：\\s0-9-])*$");

    private static readonly Regex s_englishFiller = PatternFamily.Pattern($"^(?:{s_en["fillers"]}|[\\s,.:;()!'\"`*-])*$");

    /// <param name="clauses">The clauses of the line.</param>
    /// <param name="readings">What was read in it.</param>
    public static bool IsWhole(IReadOnlyList<Clause> clauses, IReadOnlyList<Reading> readings)
    {
        foreach (Clause clause in clauses)
        {
            IReadOnlyList<string> rest = Rest(clause, readings);
            bool isRead = rest.Count != 1 || rest[0].Length < clause.Text.Length;
            if (!isRead && IsPurpose(clause.Text))
                continue;
            if (isRead && rest.Count > 0 && IsPurpose(rest[^1]))
                rest = [.. rest.SkipLast(1)];
            if (!rest.All(IsFiller))
                return false;
        }

        return true;
    }

    private static bool IsPurpose(string text) => s_purpose.IsMatch(text) && !s_content.IsMatch(text);

    private static bool IsFiller(string text) => s_chineseFiller.IsMatch(text) || s_englishFiller.IsMatch(text);

    /// <summary>The pieces of the clause around what was read.</summary>
    private static List<string> Rest(Clause clause, IReadOnlyList<Reading> readings)
    {
        bool[] taken = new bool[clause.Text.Length];
        foreach (Reading reading in readings)
        {
            int from = Math.Max(0, reading.Span.Start - clause.Start);
            int to = Math.Min(taken.Length, reading.Span.Start + reading.Span.Length - clause.Start);
            if (from < to)
                taken.AsSpan(from, to - from).Fill(true);
        }

        List<string> pieces = [];
        int start = 0;
        for (int i = 0; i <= taken.Length; i++)
        {
            if (i < taken.Length && !taken[i])
                continue;
            if (i > start)
                pieces.Add(clause.Text[start..i]);
            start = i + 1;
        }

        return pieces;
    }
}
