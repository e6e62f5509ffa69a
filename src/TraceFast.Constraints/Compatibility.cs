namespace TraceFast.Constraints;

/// <summary>What an answer has only one of, so that two constraints may both want to decide it.</summary>
[Flags]
public enum Aspects
{
    None = 0,

    /// <summary>It is text for readers, not data.</summary>
    Prose = 1 << 0,

    /// <summary>Its very first and last characters.</summary>
    Edges = 1 << 1,

    /// <summary>Its first words.</summary>
    FirstWords = 1 << 2,

    /// <summary>Its last words.</summary>
    LastWords = 1 << 3,

    /// <summary>Its title.</summary>
    Title = 1 << 4,

    /// <summary>Plain paragraphs: no Markdown that takes whole lines, letters as they are.</summary>
    PlainParagraphs = 1 << 5,

    /// <summary>The form of every line.</summary>
    LineForm = 1 << 6,

    /// <summary>Where lines end: how many items, sentences and paragraphs there are.</summary>
    LineBreaks = 1 << 7,

    /// <summary>How long it is, in lines, words or characters.</summary>
    Length = 1 << 8,

    /// <summary>Lines with questions, marks of citation or headings among the others.</summary>
    MixedLines = 1 << 9,

    /// <summary>The language and letters that it is written in.</summary>
    Script = 1 << 10,

    /// <summary>Whether capital letters occur.</summary>
    Capitals = 1 << 11,

    /// <summary>Arabic digits.</summary>
    Digits = 1 << 12,

    /// <summary>How many numbers there are.</summary>
    NumberTotal = 1 << 13,

    /// <summary>How numbers are written.</summary>
    NumberForm = 1 << 14,

    /// <summary>How many decimals numbers have.</summary>
    Decimals = 1 << 15,

    /// <summary>How many list items there are in all.</summary>
    ItemTotal = 1 << 16,

    /// <summary>How deep its lists go.</summary>
    ListDepth = 1 << 17,

    /// <summary>Its last list: the entries of its references.</summary>
    Entries = 1 << 18,

    /// <summary>What is between its paragraphs.</summary>
    Dividers = 1 << 19,

    /// <summary>Its Markdown headings.</summary>
    Headings = 1 << 20,

    /// <summary>What is in bold.</summary>
    Bold = 1 << 21,

    /// <summary>How its sentences end.</summary>
    SentenceEnds = 1 << 22,

    /// <summary>Addresses and telephone numbers.</summary>
    Contacts = 1 << 23,
}

/// <summary>
/// Whether two constraints can be in one instruction. Of one type: where they are not about the same thing. Of two: where neither owns what
/// the other needs or owns, and neither forbids a text or mark that the other requires.
/// </summary>
internal static class Compatibility
{
    public static bool Conflict(Constraint one, Constraint other) => one.Type == other.Type
        ? one.Overlaps(other) || other.Overlaps(one)
        : Takes(one, other) || Takes(other, one) || Forbids(one, other) || Forbids(other, one);

    private static bool Takes(Constraint one, Constraint other) => (one.Type.Owns & UsesOf(other)) != 0;

    /// <summary>A constraint about a part of the answer needs an answer with parts.</summary>
    private static Aspects UsesOf(Constraint constraint) =>
        constraint.Type.Owns | constraint.Type.Needs | (constraint.Scope == Scope.Whole ? Aspects.None : Aspects.Prose);

    private static bool Forbids(Constraint one, Constraint other) =>
        other.RequiredTexts.Any(one.Forbids) || other.Type.Marks.Any(mark => one.Forbids(mark.ToString()));
}
