using System.Buffers;
using System.Globalization;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>The list of references at an answer's end: its heading and its entries.</summary>
/// <param name="Heading">The line that says "References", 参考文献 or the like, with or without marks of a heading.</param>
/// <param name="Entries">Its entries' first lines; the numbered or marked ones where there are any, else every line.</param>
/// <param name="Numbers">The number that each entry goes by: its own, or else its span in the list.</param>
/// <param name="IsLast">Nothing with a heading of its own follows.</param>
internal sealed record ReferenceList(TextSpan Heading, IReadOnlyList<TextSpan> Entries, IReadOnlySet<int> Numbers, bool IsLast)
{
    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "references", "reference", "reference list", "list of references", "bibliography", "works cited", "sources", "literature",
            "citations", "参考文献", "参考资料", "引用文献", "文献", "参考书目", "资料来源",
    };

    private static readonly SearchValues<char> s_markCharacters = SearchValues.Create("0123456789,，、;-–~ ");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_nameSpans =
        s_names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether the text in brackets is a mark of citation: numbers, commas and dashes.</summary>
    public static bool IsMark(ReadOnlySpan<char> bracket) =>
        bracket.Length is > 0 and <= 40 && char.IsAsciiDigit(bracket[0]) && !bracket.ContainsAnyExcept(s_markCharacters);

    /// <summary>The numbers that a mark names; a range names all in it, up to a hundred.</summary>
    public static IEnumerable<int> NumbersOf(string mark)
    {
        foreach (string part in mark.Split([',', '，', '、', ';', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split(['-', '–', '~'], StringSplitOptions.RemoveEmptyEntries);
            if (ends.Length == 0 || !int.TryParse(ends[0], CultureInfo.InvariantCulture, out int first))
                continue;
            int last = ends.Length > 1 && int.TryParse(ends[1], CultureInfo.InvariantCulture, out int end) ? end : first;
            for (int number = first; number <= last && number - first < 100; number++)
                yield return number;
        }
    }

    /// <summary>Null: the answer has no such list.</summary>
    public static ReferenceList? Find(Response response)
    {
        List<Line> lines = response.Structure;
        for (int n = lines.Count - 1; n >= 0; n--)
        {
            if (lines[n].Kind is not (LineKind.Text or LineKind.Heading or LineKind.Item) || lines[n].End - lines[n].Start > 60)
                continue;
            ReadOnlySpan<char> name = response.Text.AsSpan(lines[n].Content, lines[n].End - lines[n].Content).Trim("*_#:： 【】[]");
            if (s_nameSpans.Contains(name))
                return Read(response, lines, n);
        }

        return null;
    }

    private static ReferenceList Read(Response response, List<Line> lines, int heading)
    {
        List<TextSpan> all = [], marked = [];
        List<int> numbers = [];
        bool last = true;
        for (int n = heading + 1; n < lines.Count; n++)
        {
            Line line = lines[n];
            if (line.Kind == LineKind.Heading)
            {
                last = false;
                break;
            }

            if (line.Kind == LineKind.Rule)
                continue;
            TextSpan span = new(line.Start, line.End - line.Start);
            all.Add(span);
            if (NumberOf(response, line) is { } number)
            {
                marked.Add(span);
                numbers.Add(number > 0 ? number : marked.Count);
            }
        }

        Line title = lines[heading];
        return new(new TextSpan(title.Start, title.End - title.Start), marked.Count > 0 ? marked
            : all, new HashSet<int>(marked.Count > 0 ? numbers : Enumerable.Range(1, all.Count)), last);
    }

    /// <summary>Of an entry "[3] ..." or "3. ..."; 0: it has a bullet; null: it is no entry's first line.</summary>
    private static int? NumberOf(Response response, Line line)
    {
        ReadOnlySpan<char> text = line.Of(response.Text);
        if (text[0] is '[' or '［')
        {
            int close = text.IndexOfAny(']', '］');
            return close > 1 && close < text.Length - 1
                && int.TryParse(text[1..close], NumberStyles.None, CultureInfo.InvariantCulture, out int own) ? own : null;
        }

        if (line.Kind != LineKind.Item || !ListMarker.TryRead(text, out ListMarker marker))
            return null;
        return marker.Number == 0 && text[marker.Length..] is ['[', ..] inner && inner.IndexOf(']') is var end and > 1
            && int.TryParse(inner[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : marker.Number;
    }
}
