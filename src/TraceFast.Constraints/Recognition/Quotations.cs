using System.Buffers;

namespace TraceFast.Constraints.Recognition;

/// <summary>Texts in quotation marks.</summary>
internal static class Quotations
{
    private static readonly SearchValues<string> s_gaps =
        SearchValues.Create(["…", "...", "XX", "{", "__"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Pattern of one text in quotation marks (its marks included).</summary>
    public const string Pattern = "(?:“[^“”]+”|\"[^\"]+\"|「[^「」]+」|『[^『』]+』|‘[^‘’]+’|`[^`]+`|《[^《》]+》|'[^']+')";

    /// <summary>Pattern of several, with commas or "and" between.</summary>
    public static string List { get; } = $"{Pattern}(?:\\s*(?:{Vocabulary.Both["quotation joints"]}"
        + $"|,\\s*{Vocabulary.English["quotation joints"]})?\\s*{Pattern})*";

    /// <summary>The text inside the marks.</summary>
    public static string Strip(string quoted) => quoted[1..^1].Trim();

    /// <summary>Whether a quoted text is meant word for word: not a pattern with dots, blanks to fill or a name in brackets.</summary>
    public static bool IsLiteral(string text) => text.Length is > 0 and <= 200 && !text.AsSpan().ContainsAny(s_gaps);

    /// <summary>All quoted texts, in order.</summary>
    public static IReadOnlyList<string> Texts(string of)
    {
        List<string> texts = [];
        for (int i = 0; i < of.Length; i++)
        {
            int end = End(of, i);
            if (end < 0)
                continue;
            texts.Add(of[(i + 1)..end].Trim());
            i = end;
        }

        return texts;
    }

    /// <summary>The text with blanks in place of what is quoted.</summary>
    public static string Blank(string of)
    {
        char[] text = of.ToCharArray();
        for (int i = 0; i < text.Length; i++)
        {
            int end = End(of, i);
            if (end < 0)
                continue;
            text.AsSpan(i, end - i + 1).Fill(' ');
            i = end;
        }

        return new(text);
    }

    private static int End(string of, int open)
    {
        char close = of[open] switch
        {
            '“' => '”',
            '「' => '」',
            '『' => '』',
            '‘' => '’',
            '《' => '》',
            '"' or '`' => of[open],
            '\'' when open == 0 || of[open - 1] == ' ' => '\'',
            _ => '\0',
        };
        return close == '\0' ? -1 : of.IndexOf(close, open + 1);
    }
}
