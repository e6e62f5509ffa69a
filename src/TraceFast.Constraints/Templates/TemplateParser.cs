using System.Globalization;

namespace TraceFast.Constraints.Templates;

/// <summary>
/// Parses a text by a template's segments, letter case and numbers of spaces aside. Numbers and quoted texts have one reading; free text is
/// as short as what follows allows. The time is linear in the text's length for each free text, of which templates have two at most.
/// </summary>
internal sealed class TemplateParser(string text, Segment[] segments, ConstraintType type, TemplateLibrary library)
{
    /// <summary>No statement is longer.</summary>
    private const int MaxLength = 20_000;

    private readonly object?[] _values = new object?[segments.Length];

    /// <summary>The values of the slots, by segment; null: the text is not of this template.</summary>
    public object?[]? Parse() => text.Length <= MaxLength && Parse(0, 0) ? _values : null;

    private bool Parse(int n, int at)
    {
        if (n == segments.Length)
            return IsEnd(at);
        Segment segment = segments[n];
        if (!segment.IsSlot)
            return Literal(segment.Text, at) is var end and >= 0 && Parse(n + 1, end);
        if (segment.IsChoice)
            return ParseChoice(segment.Text, n, at) || ParseChoice(segment.Many, n, at);
        if (type.Fields.First(f => f.Name == segment.Name).Kind == FieldKind.Integer)
            return Number(segment, at, out int after, out long number) && Keep(n, number, after);
        return segment.Form switch
        {
            "quoted" => Quotation.EndOf(text, at) is var end and > 0 && Keep(n, Quotation.Unquote(text[at..end]), end),
            "list" or "either" =>
                Quotation.EndOfList(text, at) is var end and > 0 && Keep(n, TextList.Create(Quotation.ReadList(text[at..end])), end),
            "" or "plain" => ParseFree(n, at, isList: segment.Form == "plain"),
            _ => ParseNamed(n, at, segment.Form),
        };
    }

    private bool Keep(int n, object value, int end)
    {
        _values[n] = value;
        return Parse(n + 1, end);
    }

    private bool ParseChoice(string option, int n, int at) => Literal(option, at) is var end and >= 0 && Parse(n + 1, end);

    private bool ParseNamed(int n, int at, string table)
    {
        foreach ((string value, IReadOnlyList<string> names) in library.Names(table))
        {
            if (Literal(names[0], at) is var end and >= 0 && Keep(n, value, end))
                return true;
        }

        return false;
    }

    /// <summary>The last slot takes the rest; another one as little as lets the rest be parsed.</summary>
    private bool ParseFree(int n, int at, bool isList)
    {
        bool last = n == segments.Length - 1;
        int most = last && isList && IsStop(text[^1]) ? text.Length - 1 : text.Length;
        for (int end = last ? most : at + 1; end > at && end <= most; end++)
        {
            if (!Parse(n + 1, end))
                continue;
            string free = text[at..end];
            _values[n] = isList ? TextList.Create(Quotation.ReadPlainList(free)) : free;
            return true;
        }

        return false;
    }

    /// <summary>Whether nothing but one full stop is left.</summary>
    private bool IsEnd(int at) => at == text.Length || at == text.Length - 1 && IsStop(text[at]);

    private static bool IsStop(char c) => c is '.' or '。' or ';' or '；';

    /// <summary>The end of a literal that is at a position; -1: it is not.</summary>
    private int Literal(string literal, int at)
    {
        foreach (char c in literal)
        {
            if (at >= text.Length || text[at] != c && char.ToUpperInvariant(text[at]) != char.ToUpperInvariant(c))
                return -1;
            at++;
            while (c == ' ' && at < text.Length && text[at] == ' ')
                at++;
        }

        return at;
    }

    private bool Number(Segment segment, int at, out int end, out long number)
    {
        bool words = segment.Form == "words";
        end = at;
        number = 0;
        while (end < text.Length && (words ? IsNumberWord(text[end]) : char.IsAsciiDigit(text[end]) && end < at + 9))
            end++;
        if (end == at)
            return false;
        ReadOnlySpan<char> span = text.AsSpan(at, end - at);
        long? parsed = words ? NumberWords.Parse(span.ToString()) : long.Parse(span, CultureInfo.InvariantCulture);
        number = (parsed ?? 0) - segment.Offset;
        return parsed is not null;
    }

    private bool IsNumberWord(char c) =>
        library.Language == Language.Chinese ? "零一二两三四五六七八九十".Contains(c) : char.IsAsciiLetter(c) || c == '-';
}
