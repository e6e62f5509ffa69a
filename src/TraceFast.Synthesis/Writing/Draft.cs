using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>What a block of an answer is.</summary>
internal enum BlockKind
{
    Paragraph,

    /// <summary>A list item; items follow each other line by line.</summary>
    Item,

    /// <summary>A line of a template or of pairs; they follow each other too.</summary>
    Line,

    /// <summary>Fixed text: a heading, a table, code, references.</summary>
    Raw,
}

/// <summary>Something that takes lines of its own.</summary>
internal sealed class Block(BlockKind kind)
{
    public BlockKind Kind { get; } = kind;

    public List<Slot> Slots { get; } = [];

    /// <summary>Fixed text, or what stands before the sentences (a list mark).</summary>
    public string Fixed { get; set; } = "";

    /// <summary>Each sentence stands on a line of its own.</summary>
    public bool IsLines { get; set; }

    /// <summary>Asked of all its sentences together.</summary>
    public CountRange Length { get; set; }
}

/// <summary>An answer before its sentences are written.</summary>
internal sealed class Draft
{
    /// <summary>With its marks; null: none.</summary>
    public string? Title { get; set; }

    public List<Block> Blocks { get; } = [];

    public IEnumerable<Block> Paragraphs => Blocks.Where(b => b.Kind == BlockKind.Paragraph);

    public List<Slot> Slots => [.. Blocks.SelectMany(b => b.Slots)];
}
