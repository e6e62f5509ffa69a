using System.Text;
using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// A clause of a line: the unit that patterns read. Digits, Latin letters and blanks are half-width; nothing else is changed, so places fit
/// the line.
/// </summary>
/// <param name="Text">The clause, without the mark that ends it.</param>
/// <param name="Start">Where it starts in the line.</param>
/// <param name="Index">Which clause of the line, from 0.</param>
internal sealed record Clause(string Text, int Start, int Index)
{
    private const string Enders = "，；;。！!？?\n";
    private const string Openers = "“「『（(【[《‘";
    private const string Closers = "”」』）)】]》’";

    /// <summary>All of it, in the line.</summary>
    public TextSpan Whole => Span(0, Text.Length);

    public TextSpan Span(int start, int length) => new(Start + start, length);

    /// <summary>
    /// Splits a line at marks that end a clause, outside quotation marks and brackets; an ASCII comma counts beside a Han character only.
    /// </summary>
    public static IReadOnlyList<Clause> Split(string line)
    {
        string text = HalfWidth(line);
        List<Clause> clauses = [];
        int start = SkipMarker(text);
        int close = -1; // where the open quotation or bracket ends
        for (int i = start; i < text.Length; i++)
        {
            if (i < close)
                continue;
            char c = text[i];
            int opener = Openers.IndexOf(c, StringComparison.Ordinal);
            if (opener >= 0)
                close = text.IndexOf(Closers[opener], i + 1);
            else if (c is '"' or '`')
                close = text.IndexOf(c, i + 1);
            if (close > i)
            {
                close++;
                continue;
            }

            if (Ends(text, i))
            {
                Add(text, start, i);
                start = i + 1;
            }
        }

        Add(text, start, text.Length);
        return clauses;

        void Add(string of, int from, int to)
        {
            while (from < to && char.IsWhiteSpace(of[from]))
                from++;
            while (to > from && char.IsWhiteSpace(of[to - 1]))
                to--;
            if (to > from)
                clauses.Add(new(of[from..to], from, clauses.Count));
        }
    }

    private static bool Ends(string text, int i)
    {
        char c = text[i];
        if (Enders.Contains(c, StringComparison.Ordinal))
            return true;
        if (c == '.')
            return (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])) && i > 0 && !(text[i - 1] == 'e'
                && text.AsSpan(0, i).EndsWith("i.e"));
        return c == ',' && ((i > 0 && IsHan(text[i - 1])) || (i + 1 < text.Length && IsHan(text[i + 1])));
    }

    public static bool IsHan(char c) => c is >= '\u4e00' and <= '\u9fff' or >= '\u3400' and <= '\u4dbf';

    /// <summary>The end of a number or bullet before the first clause: "1. ", "(2) ", "三、", "- ".</summary>
    public static int SkipMarker(string text)
    {
        int i = 0;
        while (i < text.Length && char.IsWhiteSpace(text[i]))
            i++;
        int start = i;
        if (i < text.Length && text[i] is '-' or '*' or '•' or '·')
            return i + 1 < text.Length && text[i + 1] == ' ' ? i + 2 : start;
        bool bracket = i < text.Length && text[i] is '(' or '（';
        if (bracket)
            i++;
        int digits = i;
        while (i < text.Length && i - digits < 3 && (char.IsAsciiDigit(text[i])
            || "一二三四五六七八九十".Contains(text[i], StringComparison.Ordinal)))
            i++;
        if (i == digits || i == text.Length || text[i] is not ('.' or '、' or ')' or '）' or '．'))
            return start;
        return i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]) ? start : i + 1; // 1.5 is no marker
    }

    private static string HalfWidth(string line)
    {
        StringBuilder text = new(line.Length);
        foreach (char c in line)
        {
            text.Append(c switch
            {
                >= '０' and <= '９' or >= 'Ａ' and <= 'Ｚ' or >= 'ａ' and <= 'ｚ' => (char)(c - 0xFEE0),
                '\u00a0' or '\u3000' or '\t' or '\r' => ' ',
                _ => c,
            });
        }

        return text.ToString();
    }
}

/// <summary>What the patterns of a clause may know of its line.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="IsCodeTask">The task asks for a program: the form of its output is not the form of the answer.</param>
internal sealed record LineContext(string Text, bool IsCodeTask)
{
    private readonly Dictionary<Regex, Match> _matches = [];

    /// <summary>
    /// An earlier clause is about something that was not read, so that a clause without a subject may be about that.
    /// </summary>
    public bool IsSubjectLost { get; set; }

    /// <summary>The first match of a pattern in the line, found once however many clauses ask: reading stays linear.</summary>
    public Match Find(Regex pattern) => _matches.TryGetValue(pattern, out Match? match) ? match : _matches[pattern] = pattern.Match(Text);

    /// <summary>Whether a pattern matches somewhere in the line.</summary>
    public bool Has(Regex pattern) => Find(pattern).Success;
}
