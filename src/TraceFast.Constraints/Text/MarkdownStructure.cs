namespace TraceFast.Constraints.Text;

/// <summary>A heading.</summary>
/// <param name="Level">Number of # marks, 1 to 6.</param>
/// <param name="Line">With its marks.</param>
/// <param name="Text">Without marks and closing #; may be empty.</param>
public readonly record struct Heading(int Level, TextSpan Line, TextSpan Text);

/// <summary>A list item's first line.</summary>
/// <param name="Marker">Its mark, with style and number.</param>
/// <param name="Bullet">The bullet's character; NUL for a numbered item.</param>
/// <param name="Depth">1: not within another item.</param>
/// <param name="Parent">The item it is within, as an index into <see cref="MarkdownStructure.Items"/>; -1: none.</param>
/// <param name="Line">The line from its mark on.</param>
public readonly record struct ListItem(ListMarker Marker, char Bullet, int Depth, int Parent, TextSpan Line)
{
    public bool IsNumbered => Marker.Style != MarkerStyle.Bullet;
}

/// <summary>A table: a header row, a row of dashes with as many cells, then rows with | until a blank line.</summary>
/// <param name="Place">From its header to its last row.</param>
/// <param name="Header">The header's cells, without blanks around.</param>
/// <param name="Rows">Its rows below the dashes, whole lines.</param>
public sealed record Table(TextSpan Span, IReadOnlyList<TextSpan> Header, IReadOnlyList<TextSpan> Rows);

/// <summary>A fenced code block.</summary>
/// <param name="Place">With its fences.</param>
/// <param name="Language">The first word after the opening fence; may be empty.</param>
/// <param name="Code">The lines between the fences.</param>
/// <param name="IsClosed">False: it runs to the end of the text.</param>
public readonly record struct CodeBlock(TextSpan Span, TextSpan Language, TextSpan Code, bool IsClosed);

/// <summary>[text](address), an image, or a bare http(s) or www address.</summary>
/// <param name="Place">All of it.</param>
/// <param name="Text">What is shown; for a bare address the address.</param>
/// <param name="Address">Where it leads.</param>
/// <param name="IsImage">![text](address).</param>
public readonly record struct Link(TextSpan Span, TextSpan Text, TextSpan Address, bool IsImage);

/// <summary>
/// What a response marks up, by CommonMark and GitHub's tables with the liberties that readers take: numbered items in Chinese and enclosed
/// styles (<see cref="ListMarker"/>), an item is nested when it is indented by two columns more than another, and ** may stand between
/// ideographs and quotation marks. One pass over the lines, one over the text of each block; any text has a structure. Nothing in code
/// counts as anything else.
/// </summary>
public sealed class MarkdownStructure
{
    private MarkdownStructure()
    {
    }

    public IReadOnlyList<Heading> Headings => HeadingList;

    public IReadOnlyList<ListItem> Items => ItemList;

    public IReadOnlyList<Table> Tables => TableList;

    public IReadOnlyList<CodeBlock> CodeBlocks => CodeList;

    /// <summary>Lines that start with &gt;.</summary>
    public IReadOnlyList<TextSpan> QuotedLines => QuotedList;

    /// <summary>The texts within ** or __, in the order of their ends.</summary>
    public IReadOnlyList<TextSpan> Bold => BoldList;

    /// <summary>The texts within * or _, in the order of their ends; what is within *** is bold and italic.</summary>
    public IReadOnlyList<TextSpan> Italic => ItalicList;

    /// <summary>The texts within backticks in a line.</summary>
    public IReadOnlyList<TextSpan> CodeSpans => CodeSpanList;

    public IReadOnlyList<Link> Links => LinkList;

    /// <summary>The texts within [ ] or ［ ］ that hold no other bracket and are no link's text.</summary>
    public IReadOnlyList<TextSpan> Brackets => BracketList;

    internal List<Heading> HeadingList { get; } = [];

    internal List<ListItem> ItemList { get; } = [];

    internal List<Table> TableList { get; } = [];

    internal List<CodeBlock> CodeList { get; } = [];

    internal List<TextSpan> QuotedList { get; } = [];

    internal List<TextSpan> BoldList { get; } = [];

    internal List<TextSpan> ItalicList { get; } = [];

    internal List<TextSpan> CodeSpanList { get; } = [];

    internal List<Link> LinkList { get; } = [];

    internal List<TextSpan> BracketList { get; } = [];

    /// <param name="text">The response.</param>
    /// <param name="lines">Its lines.</param>
    internal static MarkdownStructure Parse(string text, List<Line> lines)
    {
        MarkdownStructure structure = new();
        MarkdownInline inline = new(text, structure);
        List<(int Indent, int Item)> open = []; // the items that a next item can be within, outermost first
        for (int n = 0; n < lines.Count; n++)
        {
            Line line = lines[n];
            if (text[line.Start] == '>')
                structure.QuotedList.Add(new TextSpan(line.Start, line.End - line.Start));
            switch (line.Kind)
            {
                case LineKind.Heading:
                    open.Clear();
                    structure.AddHeading(text, line);
                    inline.Read(line.Content, line.End);
                    break;
                case LineKind.Rule:
                    open.Clear();
                    break;
                case LineKind.Fence:
                    n = structure.AddCode(text, lines, n);
                    break;
                case LineKind.Item:
                    structure.AddItem(text, line, open);
                    n = ReadProse(inline, lines, n);
                    break;
                case LineKind.Text when n + 1 < lines.Count && MarkdownTable.TryRead(text, lines, n, out Table? table):
                    structure.TableList.Add(table);
                    inline.Read(line.Content, line.End);
                    for (n += 2; n < lines.Count && lines[n].Start < table.Span.Start + table.Span.Length; n++)
                        inline.Read(lines[n].Content, lines[n].End);
                    n--;
                    break;
                case LineKind.Text:
                    if (line.AfterBlank && !line.Indented)
                        open.Clear();
                    n = ReadProse(inline, lines, n);
                    break;
            }
        }

        return structure;
    }

    /// <summary>The text of a line and of the lines of prose directly below it; emphasis may run from one into the next.</summary>
    /// <returns>The last line read.</returns>
    private static int ReadProse(MarkdownInline inline, List<Line> lines, int first)
    {
        int last = first;
        while (last + 1 < lines.Count && lines[last + 1] is { Kind: LineKind.Text, AfterBlank: false } next && !(last + 2 < lines.Count
            && MarkdownTable.IsHeader(inline.Text, next, lines[last + 2])))
            last++;
        inline.Read(lines[first].Content, lines[last].End);
        return last;
    }

    private void AddHeading(string text, Line line)
    {
        int start = line.Start, level = 0;
        while (text[start] != '#') // after block quote marks
            start++;
        while (text[start + level] == '#')
            level++;
        int end = line.End;
        ReadOnlySpan<char> content = text.AsSpan(line.Content, end - line.Content);
        ReadOnlySpan<char> unclosed = content.TrimEnd('#');
        if (unclosed.IsEmpty || char.IsWhiteSpace(unclosed[^1]))
            end = line.Content + unclosed.TrimEnd().Length;
        HeadingList.Add(new Heading(level, new TextSpan(start, line.End - start), new TextSpan(line.Content, end - line.Content)));
    }

    private void AddItem(string text, Line line, List<(int Indent, int Item)> open)
    {
        int start = line.Start;
        while (text[start] == '>' || char.IsWhiteSpace(text[start]))
            start++;
        if (!ListMarker.TryRead(text.AsSpan(start, line.End - start), out ListMarker marker))
            throw new InvalidOperationException($"the line at {line.Start} was found to be a list item, and is none");
        int indent = IndentOf(text, line.Start);
        while (open.Count > 0 && indent < open[^1].Indent + 2)
            open.RemoveAt(open.Count - 1);
        int parent = open.Count == 0 ? -1 : open[^1].Item;
        char bullet = marker.Style == MarkerStyle.Bullet ? text[start] : '\0';
        open.Add((indent, ItemList.Count));
        ItemList.Add(new ListItem(marker, bullet, open.Count, parent, new TextSpan(start, line.End - start)));
    }

    /// <summary>Columns of white space before a line's text; a tab goes on to the next multiple of four.</summary>
    private static int IndentOf(string text, int start)
    {
        int first = start;
        while (first > 0 && char.IsWhiteSpace(text[first - 1]) && text[first - 1] is not ('\n' or '\r' or '\u0085' or '\u2028' or '\u2029'))
            first--;
        int column = 0;
        for (int i = first; i < start; i++)
            column += text[i] == '\t' ? 4 - column % 4 : text[i] == '\u3000' ? 2 : 1;
        return column;
    }

    /// <returns>The last line of the block.</returns>
    private int AddCode(string text, List<Line> lines, int opening)
    {
        int closing = opening + 1;
        while (closing < lines.Count && lines[closing].Kind == LineKind.Code)
            closing++;
        bool closed = closing < lines.Count; // after code comes its fence, or nothing
        int last = closed ? closing : lines.Count - 1;
        Line fence = lines[opening];
        int language = fence.Start;
        while (language < fence.End && (text[language] is '`' or '~' || char.IsWhiteSpace(text[language])))
            language++;
        int end = language;
        while (end < fence.End && !char.IsWhiteSpace(text[end]))
            end++;
        TextSpan code = closing - opening < 2 ? new TextSpan(fence.End, 0)
            : new TextSpan(lines[opening + 1].Start, lines[closing - 1].End - lines[opening + 1].Start);
        TextSpan whole = new(fence.Start, lines[last].End - fence.Start);
        CodeList.Add(new CodeBlock(whole, new TextSpan(language, end - language), code, closed));
        return last;
    }
}
