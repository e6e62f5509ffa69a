using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfEval.Words;

/// <summary>
/// Splits English text into word tokens as nltk.word_tokenize does (NLTK 3.9.1, NLTKWordTokenizer; after Robert McIntyre's sed script for
/// the Penn Treebank): sentences first, then these substitutions in this order in each, then white space. Tokens are the rewritten text: an
/// opening quote becomes two back-ticks. Two patterns use a look-behind where the original takes the character before the clitic: the match
/// before ends in a space, which that character cannot be.
/// </summary>
internal static class TreebankWords
{
    /// <param name="Needs">What every match contains; texts without it are not searched.</param>
    private sealed record Rule(string Needs, Func<string, string> Rewrite);

    private static readonly Rule[] s_before =
    [
        Make("", "([«“‘„]|[`]+)", " {1} "),
        Make("\"", "^\"", "``"),
        Make("``", "(``)", " {1} "),
        Make("", "([ \\(\\[{<])(\"|\\'{2})", "{1} `` "),
        Make("'", @"(?i)(\')(?!re|ve|ll|m|t|s|d|n)(\w)\b", "{1} {2}"),
        new Rule(".", text => SplitFinalDot(text, "])}>\"'»”’ ", " ")),
        Make("", @"([:,])([^\d])", " {1} {2}"),
        Make("", "([:,])$", " {1} "),
        Make("..", @"\.{2,}", " {0} "),
        Make("", "[;@#$%&]", " {0} "),
        new Rule(".", text => SplitFinalDot(text, "])}>\"'", "")),
        Make("", "[?!]", " {0} "),
        Make("' ", "([^'])' ", "{1} ' "),
        Make("*", "[*]", " {0} "),
        Make("", @"[\]\[\(\)\{\}\<\>]", " {0} "),
        Make("--", "--", " -- "),
    ];

    private static readonly Rule[] s_after =
    [
        Make("", "([»”’])", " {1} "),
        Make("''", "''", " '' "),
        Make("\"", "\"", " '' "),
        Make("", @"\s+", " "),
        Make("'", "(?<=[^' ])('[sS]|'[mM]|'[dD]|') ", " {1} "),
        Make("'", "(?<=[^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", " {1} "),
        .. new[]
        {
            @"(?i)\b(can)(not)\b", @"(?i)\b(d)('ye)\b", @"(?i)\b(gim)(me)\b", @"(?i)\b(gon)(na)\b", @"(?i)\b(got)(ta)\b",
            @"(?i)\b(lem)(me)\b",
            @"(?i)\b(more)('n)\b", @"(?i)\b(wan)(na)(?=\s)", @"(?i) ('t)(is)\b", @"(?i) ('t)(was)\b",
        }.Select(pattern => Make("", pattern, " {1} {2} ")),
    ];

    /// <summary>The tokens of a text, in order.</summary>
    public static IEnumerable<string> Of(string text) =>
        PunktSentences.In(text).SelectMany(OfSentence);

    private static IEnumerable<string> OfSentence(string sentence)
    {
        foreach (Rule rule in s_before)
            sentence = Apply(rule, sentence);
        sentence = $" {sentence} ";
        foreach (Rule rule in s_after)
            sentence = Apply(rule, sentence);
        return PythonString.Split(sentence);
    }

    private static string Apply(Rule rule, string text) => text.Contains(rule.Needs, StringComparison.Ordinal) ? rule.Rewrite(text) : text;

    /// <summary>
    /// Separates the final dot, before closing marks and white space: <c>([^\.])(\.)([closing]*)\s*$</c>. Read from the end,
    /// in time linear in the text.
    /// </summary>
    private static string SplitFinalDot(string text, string closing, string between)
    {
        int end = text.Length;
        while (end > 0 && CharacterClasses.IsSpace(text[end - 1]))
            end--;
        int dot = end;
        while (dot > 0 && closing.Contains(text[dot - 1]))
            dot--;
        dot--;
        if (dot < 1 || text[dot] != '.' || text[dot - 1] == '.')
            return text;
        int kept = dot + 1;
        while (kept < text.Length && closing.Contains(text[kept]))
            kept++;
        return $"{text[..dot]} .{between}{text[(dot + 1)..kept]} ";
    }

    /// <param name="replacement">Text with {0} for the match and {1} to {3} for its groups.</param>
    private static Rule Make(string needs, string pattern, string replacement)
    {
        string[] parts = replacement.Split('{', '}');
        PythonRegex regex = PythonRegex.Parse(pattern);
        return new Rule(needs, text => regex.Replace(text, (match, result) =>
        {
            for (int i = 0; i < parts.Length; i++)
                if (i % 2 == 0)
                    result.Append(parts[i]);
                else
                    result.Append(match.Group(parts[i][0] - '0'));
        }));
    }
}
