using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Sentences of the body (not of headings, the title, rules or code). A line's end always ends a sentence. Within a line:
/// 。！？ and their half-width and Arabic and Devanagari likes end one, with closing quotes and brackets after them, unless ，、；： follows;
/// . ! ? end one when a blank, an ideograph or an emoji follows (after closing marks and [1]), but a dot does not after an abbreviation
/// (Mr., e.g.) or an initial (J. Smith), and "...", or a mark within quotes, does not before a lower-case letter. ； and … within a line do
/// not (GB/T 15834: they belong inside a sentence). What holds neither a letter nor a digit is no sentence.
/// </summary>
internal static class SentenceFinder
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_abbreviations =
        new HashSet<string>(ResourceBlocks.Of(typeof(ConstraintTypes), "text.txt")["abbreviations"], StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    public static List<TextSpan> Find(string text, List<Line> lines, int titleLine)
    {
        List<TextSpan> sentences = [];
        for (int n = 0; n < lines.Count; n++)
        {
            if (n != titleLine && lines[n].Kind is LineKind.Text or LineKind.Item)
                Find(text.AsSpan(0, lines[n].End), lines[n].Content, sentences);
        }

        return sentences;
    }

    private static void Find(ReadOnlySpan<char> text, int start, List<TextSpan> sentences)
    {
        bool spoken = false; // holds a letter or digit
        int i = start;
        while (i < text.Length)
        {
            int c = Script.At(text, i, out int length);
            if (Ends(c))
            {
                if (!EndsAt(text, start, i, out int end))
                {
                    i = end;
                    continue;
                }

                if (spoken)
                    sentences.Add(new TextSpan(start, end - start));
                start = end;
                while (start < text.Length && char.IsWhiteSpace(text[start]))
                    start++;
                i = start;
                spoken = false;
                continue;
            }

            spoken |= Script.IsLetterOrDigit(c);
            i += length;
        }

        if (spoken)
            sentences.Add(new TextSpan(start, text.Length - start));
    }

    private static bool Ends(int c) =>
        c is '.' or '!' or '?' or '。' or '！' or '？' or '．' or '｡' or '؟' or '۔' or '।' or '॥' or '‼' or '⁉' or '⁈' or '⁇';

    /// <param name="text">Up to the end of the line.</param>
    /// <param name="start">Of the sentence.</param>
    /// <param name="i">Of an ending mark.</param>
    /// <param name="end">After the sentence with all its closing marks; after the marks alone when they do not end one.</param>
    private static bool EndsAt(ReadOnlySpan<char> text, int start, int i, out int end)
    {
        char mark = text[i];
        end = i + 1;
        while (end < text.Length && Ends(text[end]))
            end++;
        int marks = end - i, run = end;
        while (end < text.Length && (IsCloser(text[end]) || text[end] is '*' or '_' or '`' or '~'))
            end++;
        bool closed = end > i + marks;
        end = SkipCitations(text, end);
        if (end == text.Length)
            return true;
        char next = text[end];
        bool ends = mark is '.' or '!' or '?' or '．' ? EndsLatin(text, start, i, marks, closed, end)
            : next is not ('，' or '、' or '；' or '：');
        if (!ends)
            end = run;
        return ends;
    }

    private static bool EndsLatin(ReadOnlySpan<char> text, int start, int i, int marks, bool closed, int end)
    {
        (char mark, char next) = (text[i], text[end]);
        bool blank = char.IsWhiteSpace(next);
        if (!blank && (next < 0x2000 || mark == '.' && marks == 1 && i > start && char.IsAsciiDigit(text[i - 1])))
            return false;
        if (!blank && next is '，' or '、' or '；' or '：' or '。' or '…' or '—')
            return false;
        int after = end;
        while (after < text.Length && char.IsWhiteSpace(text[after]))
            after++;
        bool lower = after < text.Length && char.IsLower(text[after]);
        if (lower && (closed || mark == '.' && marks >= 3))
            return false;
        return mark != '.' || marks > 1 || !IsAbbreviated(text, start, i, after);
    }

    private static bool IsCloser(char c) =>
        c is '"' or '\'' or ')' or ']' or '}' or '”' or '’' or '」' or '』' or '》' or '）' or '】' or '〉' or '»' or '>';

    /// <summary>[1] and [2, 3] directly after the mark belong to the sentence.</summary>
    private static int SkipCitations(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && text[end] == '[')
        {
            int close = end + 1;
            while (close < text.Length && (char.IsAsciiDigit(text[close]) || text[close] is ',' or ' ' or '-'))
                close++;
            if (close == end + 1 || close == text.Length || text[close] != ']')
                return end;
            end = close + 1;
        }

        return end;
    }

    private static bool IsAbbreviated(ReadOnlySpan<char> text, int start, int dot, int next)
    {
        int from = dot;
        while (from > start && (char.IsLetter(text[from - 1]) || text[from - 1] == '.'))
            from--;
        ReadOnlySpan<char> word = text[from..dot];
        if (word.Length == 0 || word.Length > 8)
            return false;
        if (next < text.Length && s_abbreviations.Contains(word))
            return !word.Equals("no", StringComparison.OrdinalIgnoreCase)
                || char.IsAsciiDigit(text[next]); // "No. 5", but "It said no. Then"
        if (word.Length > 1)
            return word.Contains('.') && next < text.Length && char.IsLower(text[next]) && word.Length <= 5; // "the U.S. economy"
        if (!char.IsUpper(word[0]) || word[0] == 'I' || next == text.Length || !char.IsUpper(text[next]))
            return false;
        if (next + 1 < text.Length && text[next + 1] == '.')
            return true; // J. K. Rowling
        int before = from;
        while (before > start && char.IsWhiteSpace(text[before - 1]))
            before--;
        if (before == start)
            return true;
        if (text[before - 1] == '.')
            return true;
        int initial = before;
        while (initial > start && !char.IsWhiteSpace(text[initial - 1]))
            initial--;
        return char.IsUpper(text[initial]);
    }
}
