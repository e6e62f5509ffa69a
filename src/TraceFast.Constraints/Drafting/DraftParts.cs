namespace TraceFast.Constraints.Drafting;

/// <summary>What a draft counts.</summary>
public enum Unit
{
    Words,

    /// <summary>字数: <see cref="Response.CountHanUnits"/>.</summary>
    Han,

    Characters,
    Sentences,
    Lines,
    Paragraphs,
    Items,
}

/// <summary>The form of the body of an answer.</summary>
public enum Form
{
    /// <summary>Paragraphs, perhaps with headings before them, a table or code after them.</summary>
    Paragraphs,

    /// <summary>Items, perhaps with a paragraph before them.</summary>
    List,

    /// <summary>Lines of verse, of a template, of pairs.</summary>
    Lines,

    /// <summary>Data, such as JSON.</summary>
    Data,
}

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
    public Func<string, bool>? Accepts { get; set; }

    /// <summary>Whether it ends with a mark, as sentences of prose do.</summary>
    public bool IsPunctuated { get; init; } = true;

    /// <summary>Ends it; empty: nothing does.</summary>
    public string Mark { get; set; } = "";

    /// <summary>Before it, part of the sentence or a sentence of its own.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>After its mark.</summary>
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

/// <summary>Sentences of a kind that are asked for.</summary>
/// <param name="Range">How many.</param>
/// <param name="Kind">What they are written as; null: what they are called.</param>
/// <param name="Value">Makes what the kind is named for; null: nothing is needed.</param>
public sealed record SpecialSentences(CountRange Range, string? Kind, Func<string>? Value)
{
    public string Name { get; init; } = "";

    /// <summary>One of them from a sentence that is free.</summary>
    public void Make(Sentence sentence) => (sentence.Kinds, sentence.Value) = ([Kind ?? Name], Value?.Invoke() ?? "");
}

/// <summary>The title of a draft.</summary>
/// <param name="sentence">What is asked of it as of a sentence.</param>
public sealed class DraftTitle(Sentence sentence)
{
    public Sentence Sentence { get; } = sentence;

    /// <summary>Its text; null: one about the topic.</summary>
    public string? Exact { get; private set; }

    /// <summary>Its letter case; null: as written.</summary>
    public Func<string, string>? Casing { get; set; }

    /// <summary>Marks around it; null: for the writer to choose.</summary>
    public (string Before, string After)? Marks { get; set; }

    public bool Be(string text)
    {
        if (Exact is not null)
            return false;
        Exact = text;
        return true;
    }
}

/// <summary>How the items of a list are marked.</summary>
public sealed class ListStyle
{
    /// <summary>The bullet; null: for the writer to choose.</summary>
    public string? Bullet { get; private set; }

    /// <summary>The mark of a number, with the blank after it; null: for the writer to choose.</summary>
    public Func<int, string>? Number { get; private set; }

    public bool IsBulleted { get; private set; }

    public bool IsNumbered { get; private set; }

    /// <summary>Levels; 1: flat.</summary>
    public int Depth { get; set; } = 1;

    public bool TakeBullet(string? bullet)
    {
        (IsBulleted, Bullet) = (true, bullet);
        return !IsNumbered;
    }

    public bool TakeNumber(Func<int, string>? number)
    {
        (IsNumbered, Number) = (true, number ?? Number);
        return !IsBulleted;
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
