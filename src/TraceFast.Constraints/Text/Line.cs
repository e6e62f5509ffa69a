namespace TraceFast.Constraints.Text;

/// <summary>What a line is by its first characters.</summary>
internal enum LineKind
{
    Text,

    /// <summary># to ###### and a text.</summary>
    Heading,

    /// <summary>A list item's first line.</summary>
    Item,

    /// <summary>Three or more of - * _ = alone: a rule between sections.</summary>
    Rule,

    /// <summary>``` or ~~~ with or without a language.</summary>
    Fence,

    /// <summary>Between fences.</summary>
    Code,
}

/// <summary>One line that is not blank.</summary>
/// <param name="Start">Its first character that is not blank.</param>
/// <param name="End">After its last character that is not blank.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Content">Where its text starts, after a list mark, heading marks or block quote marks.</param>
/// <param name="AfterBlank">A blank line is before it.</param>
/// <param name="Indented">It starts with two blanks or more, or a tab.</param>
internal readonly record struct Line(int Start, int End, LineKind Kind, int Content, bool AfterBlank, bool Indented)
{
    /// <summary>Prose, items and code: what is neither heading nor rule nor fence.</summary>
    public bool IsBody => Kind is LineKind.Text or LineKind.Item or LineKind.Code;

    public ReadOnlySpan<char> Of(string text) => text.AsSpan(Start, End - Start);

    /// <summary>
    /// Lines end at LF, CR, CRLF, U+0085, U+2028 and U+2029; a line of white space only is blank. A fence that is never closed runs to the
    /// end, as in CommonMark.
    /// </summary>
    public static List<Line> Find(string text)
    {
        List<Line> lines = [];
        bool blank = true;
        char fence = '\0';
        int start = 0;
        while (start < text.Length)
        {
            int length = text.AsSpan(start).IndexOfAny("\n\r\u0085\u2028\u2029");
            int end = length < 0 ? text.Length : start + length;
            int next = end < text.Length && text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            int first = start;
            while (first < end && char.IsWhiteSpace(text[first]))
                first++;
            if (first == end)
            {
                blank = true;
            }
            else
            {
                while (char.IsWhiteSpace(text[end - 1]))
                    end--;
                bool indented = first - start >= 2 || text[start] == '\t';
                lines.Add(Read(text, first, end, blank, indented, ref fence));
                blank = false;
            }

            start = next;
        }

        return lines;
    }

    private static Line Read(string text, int start, int end, bool blank, bool indented, ref char fence)
    {
        ReadOnlySpan<char> line = text.AsSpan(start, end - start);
        char mark = line[0];
        if (mark is '`' or '~' && line.Length >= 3 && line[1] == mark && line[2] == mark && (fence == '\0' || fence == mark
            && line.TrimStart(mark).IsEmpty))
        {
            fence = fence == '\0' ? mark : '\0';
            return new Line(start, end, LineKind.Fence, end, blank, indented);
        }

        if (fence != '\0')
            return new Line(start, end, LineKind.Code, start, blank, indented);
        if (IsRule(line))
            return new Line(start, end, LineKind.Rule, end, blank, indented);
        int quoted = 0;
        while (quoted < line.Length && (line[quoted] == '>' || quoted > 0 && line[quoted] == ' '))
            quoted++;
        if (quoted == line.Length)
            return new Line(start, end, LineKind.Rule, end, blank, indented);
        ReadOnlySpan<char> content = line[quoted..];
        if (HeadingMarks(content) is var marks and > 0)
            return new Line(start, end, LineKind.Heading, start + quoted + marks, blank, indented);
        if (ListMarker.TryRead(content, out ListMarker marker))
            return new Line(start, end, LineKind.Item, start + quoted + marker.Length, blank, indented);
        return new Line(start, end, LineKind.Text, start + quoted, blank, indented);
    }

    private static bool IsRule(ReadOnlySpan<char> line)
    {
        if (line[0] is not ('-' or '*' or '_' or '=' or '—'))
            return false;
        int marks = line.Count(line[0]);
        return marks >= 3 && marks + line.Count(' ') == line.Length;
    }

    /// <summary>The length of "## " when a text follows; Markdown wants the blank, writers of Chinese often leave it out.</summary>
    private static int HeadingMarks(ReadOnlySpan<char> line)
    {
        int marks = 0;
        while (marks < line.Length && line[marks] == '#')
            marks++;
        if (marks is 0 or > 6 || marks == line.Length || !char.IsWhiteSpace(line[marks]) && !(marks > 1 && Script.IsHan(line[marks])))
            return 0;
        while (marks < line.Length && char.IsWhiteSpace(line[marks]))
            marks++;
        return marks;
    }
}
