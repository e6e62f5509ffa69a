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
/// <param name="Parent">The item it stands within, as an index into <see cref="MarkdownStructure.Items"/>; -1: none.</param>
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
/// <param name="Language">The first word behind the opening fence; may be empty.</param>
/// <param name="Code">The lines between the fences.</param>
/// <param name="IsClosed">False: it runs to the end of the text.</param>
public readonly record struct CodeBlock(TextSpan Span, TextSpan Language, TextSpan Code, bool IsClosed);

/// <summary>[text](address), an image, or a bare http(s) or www address.</summary>
/// <param name="Place">All of it.</param>
/// <param name="Text">What is shown; for a bare address the address.</param>
/// <param name="Address">Where it leads.</param>
/// <param name="IsImage">![text](address).</param>
public readonly record struct Link(TextSpan Span, TextSpan Text, TextSpan Address, bool IsImage);
