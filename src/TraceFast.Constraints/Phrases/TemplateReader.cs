using System.Globalization;

namespace TraceFast.Constraints.Phrases;

/// <summary>One piece of a template: text, a slot, or a choice between two texts.</summary>
/// <param name="Text">The text; of a choice: the text for one.</param>
/// <param name="Name">The slot's argument; empty: plain text.</param>
/// <param name="Offset">What is added to the argument's number.</param>
/// <param name="Form">words, quoted, list ...; ? for a choice.</param>
/// <param name="Many">A choice's text for other than one.</param>
internal readonly record struct Segment(string Text, string Name, int Offset, string Form, string Many)
{
    public bool IsSlot => Name.Length > 0;

    public bool IsChoice => Form == "?";
}

/// <summary>
/// Reads a text by a template's segments, letter case and numbers of blanks aside. Numbers and quoted texts have one reading; free text is as short as what follows allows. The time is linear in the
/// text's length for each free text, of which templates have two at most.
/// </summary>
internal sealed class TemplateReader(string text, Segment[] segments, Language language, Sort sort)
{
    /// <summary>No wording with its arguments is longer.</summary>
    private const int MostLength = 20_000;

    private readonly object?[] _values = new object?[segments.Length];

    /// <summary>The values of the slots, by segment; null: the text is not of this template.</summary>
    public object?[]? Read() => text.Length <= MostLength && Read(0, 0) ? _values : null;

    private bool Read(int n, int at)
    {
        if (n == segments.Length)
            return IsEnd(at);
        Segment segment = segments[n];
        if (!segment.IsSlot)
            return Literal(segment.Text, at) is var end and >= 0 && Read(n + 1, end);
        if (segment.IsChoice)
            return ReadChoice(segment.Text, n, at) || ReadChoice(segment.Many, n, at);
        Parameter parameter = sort.Parameters.First(p => p.Name == segment.Name);
        if (parameter.Type == ParameterType.Integer)
            return Number(segment, at, out int after, out long number) && Keep(n, number, after);
        return segment.Form switch
        {
            "quoted" => Quotation.EndOf(text, at) is var end and > 0 && Keep(n, Quotation.Unquote(text[at..end]), end),
            "list" or "either" => Quotation.EndOfList(text, at) is var end and > 0 && Keep(n, Quotation.ReadList(text[at..end]), end),
            "named" => ReadNamed(n, at, parameter),
            _ => ReadFree(n, at, isList: segment.Form == "plain"),
        };
    }

    private bool Keep(int n, object value, int end)
    {
        _values[n] = value;
        return Read(n + 1, end);
    }

    private bool ReadChoice(string option, int n, int at) => Literal(option, at) is var end and >= 0 && Read(n + 1, end);

    private bool ReadNamed(int n, int at, Parameter parameter)
    {
        foreach (string value in parameter.Values!)
        {
            if (sort.NameOf(parameter.Name, value, language) is { } name && Literal(name, at) is var end and >= 0 && Keep(n, value, end))
                return true;
        }

        return false;
    }

    /// <summary>The last slot takes the rest; another one as little as lets the rest be read.</summary>
    private bool ReadFree(int n, int at, bool isList)
    {
        bool last = n == segments.Length - 1;
        int most = last && isList && IsStop(text[^1]) ? text.Length - 1 : text.Length;
        for (int end = last ? most : at + 1; end > at && end <= most; end++)
        {
            if (!Read(n + 1, end))
                continue;
            string free = text[at..end];
            _values[n] = isList ? Quotation.ReadPlainList(free) : free;
            return true;
        }

        return false;
    }

    /// <summary>Whether nothing but one full stop is left.</summary>
    private bool IsEnd(int at) => at == text.Length || at == text.Length - 1 && IsStop(text[at]);

    private static bool IsStop(char c) => c is '.' or '。' or ';' or '；';

    /// <summary>Behind a literal that stands at a position; -1: it does not.</summary>
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
        long? read = words ? NumberWords.Read(span.ToString()) : long.Parse(span, CultureInfo.InvariantCulture);
        number = (read ?? 0) - segment.Offset;
        return read is not null;
    }

    private bool IsNumberWord(char c) => language == Language.Chinese ? "零一二两三四五六七八九十".Contains(c) : char.IsAsciiLetter(c) || c == '-';
}
