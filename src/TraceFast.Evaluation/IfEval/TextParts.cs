using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>Where in a text the checkers look.</summary>
internal static class TextParts
{
    /// <summary>re.split: what lies before, between and after the dividers; one more than there are dividers, blank ones too.</summary>
    public static IReadOnlyList<TextSpan> Between(PythonRegex divider, string text)
    {
        List<TextSpan> parts = [];
        int start = 0;
        foreach (TextSpan found in Dividers(divider, text))
        {
            parts.Add(new TextSpan(start, found.Start - start));
            start = found.Start + found.Length;
        }
        parts.Add(new TextSpan(start, text.Length - start));
        return parts;
    }

    public static IReadOnlyList<TextSpan> Dividers(PythonRegex divider, string text) => [.. divider.Matches(text).Select(m => m.TextSpan)];

    /// <summary>Each character that a predicate takes.</summary>
    public static IReadOnlyList<TextSpan> Where(string text, Func<int, bool> isWanted)
    {
        List<TextSpan> places = [];
        for (int i = 0; i < text.Length; i++)
        {
            int c = PythonString.At(text, i), units = c > char.MaxValue ? 2 : 1;
            if (isWanted(c))
                places.Add(new TextSpan(i, units));
            i += units - 1;
        }
        return places;
    }

    /// <summary>The text from a place to its end, or nothing.</summary>
    public static IReadOnlyList<TextSpan> Rest(string text, int start) =>
        start < text.Length ? [new TextSpan(start, text.Length - start)] : [];

    /// <summary>The text from an offset in one of its parts on.</summary>
    public static IReadOnlyList<TextSpan> From(string text, string part, int offset) =>
        text.IndexOf(part, StringComparison.Ordinal) is >= 0 and int start ? Rest(text, start + offset) : [];

    /// <summary>
    /// The matches of the multi-line pattern <c>^\s*\*[^\*].*$</c> in time linear in the text: white space before the mark may span lines,
    /// and a lone star takes the line feed after it and the next line.
    /// </summary>
    public static IEnumerable<TextSpan> StarLines(string text) => MarkedLines(text, '*', notDoubled: true);

    /// <summary>The same of <c>^\s*-.*$</c>.</summary>
    public static IEnumerable<TextSpan> DashLines(string text) => MarkedLines(text, '-', notDoubled: false);

    private static IEnumerable<TextSpan> MarkedLines(string text, char mark, bool notDoubled)
    {
        int line = 0;
        while (line >= 0 && line < text.Length)
        {
            int at = line;
            while (at < text.Length && CharacterClasses.IsSpace(text[at]))
                at++;
            int after = at + 1;
            bool found = at < text.Length && text[at] == mark && (!notDoubled || (after < text.Length && text[after] != mark));
            int end = Math.Min(found && notDoubled ? after + 1 : after, text.Length);
            if (found)
            {
                end = LineEnd(text, end);
                yield return new TextSpan(line, end - line);
            }
            line = end > 0 && text[end - 1] == '\n' && end > line ? end : LineEnd(text, end) + 1;
        }
    }

    private static int LineEnd(string text, int from) => text.IndexOf('\n', from) is >= 0 and int end ? end : text.Length;
}
