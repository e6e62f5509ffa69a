namespace TraceFast.Constraints.Drafting;

/// <summary>A sentence that is to be written (or a title, a value, a line of verse), and what is asked of it.</summary>
public sealed class Sentence(Language language)
{
    public Language Language { get; set; } = language;

    /// <summary>Kinds of text that it may be, such as "question"; the first that can be written is. None: a statement.</summary>
    public IReadOnlyList<string> Kinds { get; set; } = [];

    /// <summary>What its kind is named for: the number, date or link in it.</summary>
    public string Value { get; set; } = "";

    /// <summary>The label, key or column that it belongs to: where the writer knows such texts, it is one while it has no words.</summary>
    public string Cell { get; init; } = "";

    /// <summary>Words that it must hold, in this order; at most two.</summary>
    public List<string> Words { get; } = [];

    /// <summary>Words that it must not hold, besides those that no sentence may.</summary>
    public List<string> Forbidden { get; } = [];

    /// <summary>What else is asked of its text, such as a number of syllables; null: nothing.</summary>
    public Func<string, bool>? Accepts { get; init; }

    /// <summary>Whether it ends with a mark, as sentences of prose do.</summary>
    public bool IsPunctuated { get; init; } = true;

    /// <summary>Ends it; empty: nothing does.</summary>
    public string Mark { get; set; } = "";

    /// <summary>Before it, part of the sentence or a sentence of its own.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Behind its mark.</summary>
    public string Suffix { get; set; } = "";

    /// <summary>Before its mark, for example a citation.</summary>
    public string BeforeMark { get; set; } = "";

    /// <summary>The capital letter that it must start with; NUL: any.</summary>
    public char Initial { get; set; }

    /// <summary>Its own length, in the unit of the draft.</summary>
    public CountRange Length { get; set; }

    /// <summary>The sentence, once written, with prefix, mark and suffix.</summary>
    public string Text { get; set; } = "";

    public bool IsQuestion => Kinds is ["question", ..];

    /// <summary>Nothing is asked of what it says.</summary>
    public bool IsFree => Kinds.Count == 0 && Words.Count == 0;

    /// <summary>A blank where its language has one between words and sentences.</summary>
    public string Blank => Language == Language.English ? " " : "";
}

/// <summary>What a block of an answer is.</summary>
public enum BlockKind
{
    Paragraph,

    /// <summary>A list item; items follow each other line by line.</summary>
    Item,

    /// <summary>A line of verse, of a template, of pairs; they follow each other too.</summary>
    Line,

    /// <summary>Fixed text: a heading, a table, code, references.</summary>
    Fixed,
}

/// <summary>Something that takes lines of its own.</summary>
public sealed class Block(BlockKind kind)
{
    public BlockKind Kind { get; } = kind;

    public List<Sentence> Sentences { get; } = [];

    /// <summary>Fixed text, or what is before the sentences (a list mark).</summary>
    public string Fixed { get; set; } = "";

    /// <summary>Each sentence is on a line of its own.</summary>
    public bool IsLines { get; init; }

    /// <summary>Asked of all its sentences together.</summary>
    public CountRange Length { get; init; }

    public static Block Of(BlockKind kind, Sentence sentence)
    {
        Block block = new(kind);
        block.Sentences.Add(sentence);
        return block;
    }
}

/// <summary>
/// Texts about the topic of an answer, from which constraints take what is no sentence: cells of tables, link texts, words to print in
/// bold.
/// </summary>
public interface ITextSource
{
    /// <summary>Names and phrases that sentences about the topic hold.</summary>
    IReadOnlyList<string> TermsIn(Language language);

    /// <summary>Whether it has texts for a label, key or column of this name.</summary>
    bool Knows(string name, Language language);

    /// <summary>A short text for a column; not one of those used, where that can be.</summary>
    string Cell(string column, Language language, List<string> used);

    /// <summary>A thing that belongs to the topic, or a quality of it; not one of those used, where that can be.</summary>
    string Thing(Language language, List<string> used);

    /// <summary>Another text of a kind, such as "heading" or "link text".</summary>
    string Fill(string kind, Language language);
}
