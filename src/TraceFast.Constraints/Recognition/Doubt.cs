using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Words that make a program's reading unsafe: conditions, alternatives, wishes, and subjects that are no text of the answer (code, files,
/// fonts, pictures,
/// inputs). A clause in doubt is left to a judge.
/// </summary>
internal static class Doubt
{
    private static readonly Vocabulary Zh = Vocabulary.Chinese, En = Vocabulary.English;

    private static readonly Regex Wish = PatternFamily.Pattern($"{Zh["wishes"]}|^{Zh["opening wishes"]}|\\b{En["wishes"]}\\b");

    private static readonly Regex NoText = PatternFamily.Pattern($"{Zh["code"]}(?:[^块]|$)|{Zh["other subjects"]}"
        + $"|\\b{En["other subjects"]}\\b"); // 代码块 is a text's code block

    private static readonly Regex CodeTask = PatternFamily.Pattern(
        $"{Zh["code tasks"]}|{Zh["train"]}.{{0,20}}{Zh["models"]}|{Zh["create"]}.{{0,20}}{Zh["created objects"]}"
        + $"|\\b{En["code task verbs"]} (?:{En["code task articles"]} )?(?:\\w+ )?{En["code tasks"]}\\b");

    private static readonly Regex OtherDocument = PatternFamily.Pattern(Zh["document languages"]);

    private static readonly Regex TextTask = PatternFamily.Pattern($"[一两三]?{Zh["text classifiers"]}{Zh["texts"]}|\\b{En["texts"]}\\b");

    private static readonly Regex Negation = PatternFamily.Pattern($"{Zh["negations"]}|\\b{En["negations"]}\\b");

    public static bool IsWish(string clause) => Wish.IsMatch(clause);

    /// <summary>Whether a clause speaks about something else than the answer's own text.</summary>
    public static bool IsNoText(string clause) => NoText.IsMatch(clause);

    /// <summary>
    /// Whether the task asks for a program or a document in another language than Markdown, so that the form of its output is not the form
    /// of the answer.
    /// </summary>
    public static bool IsCodeTask(string task) => OtherDocument.IsMatch(task) || (CodeTask.IsMatch(task) && !TextTask.IsMatch(task));

    /// <summary>Whether the words before a match negate it.</summary>
    public static bool IsNegated(string before) => Negation.IsMatch(before);
}

/// <summary>
/// Whether what was read says everything that a line asks for: what is left over may only be courtesy, the name of the answer or the
/// purpose.
/// </summary>
internal static class Coverage
{
    private static readonly Vocabulary Zh = Vocabulary.Chinese, En = Vocabulary.English;

    /// <summary>A clause that says what for: "so that it is easy to read".</summary>
    private static readonly Regex Purpose = PatternFamily.Pattern($"^{Zh["purpose leads"]}?{Zh["purposes"]}|^{En["purposes"]}\\b");

    /// <summary>Such a clause says more than what for when it names contents.</summary>
    private static readonly Regex Content = PatternFamily.Pattern(Zh["purpose contents"]);

    private static readonly Regex ChineseFiller = PatternFamily.Pattern($"^(?:{Zh["fillers", "filler names"]}|[、:：\\s0-9-])*$");

    private static readonly Regex EnglishFiller = PatternFamily.Pattern($"^(?:{En["fillers"]}|[\\s,.:;()!'\"`*-])*$");

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

    private static bool IsPurpose(string text) => Purpose.IsMatch(text) && !Content.IsMatch(text);

    private static bool IsFiller(string text) => ChineseFiller.IsMatch(text) || EnglishFiller.IsMatch(text);

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
