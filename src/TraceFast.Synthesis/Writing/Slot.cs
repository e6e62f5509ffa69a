using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>What a sentence is for.</summary>
internal enum SlotKind
{
    Statement,
    Question,

    /// <summary>Holds <see cref="Slot.Value"/>: a number, a date, a link.</summary>
    Number,
    Decimal,
    Amount,
    Percent,
    Money,
    Date,
    Link,

    /// <summary>Holds [a placeholder].</summary>
    Placeholder,
}

/// <summary>A sentence that is to be written, and what is asked of it.</summary>
internal sealed class Slot
{
    public SlotKind Kind { get; set; }

    /// <summary>Words that it must hold, in this order; at most two.</summary>
    public List<string> Words { get; } = [];

    /// <summary>What stands in the place that its kind is named for.</summary>
    public string Value { get; set; } = "";

    /// <summary>The grammar's section that its core is taken from, when nothing else is asked of it; empty: the kind decides.</summary>
    public string Section { get; set; } = "";

    /// <summary>Ends it; empty: nothing does.</summary>
    public string Mark { get; set; } = "";

    /// <summary>Stands before it, part of the sentence or a sentence of its own.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Stands behind its mark.</summary>
    public string Suffix { get; set; } = "";

    /// <summary>Stands before its mark, for example a citation.</summary>
    public string BeforeMark { get; set; } = "";

    /// <summary>The letter that it must start with; NUL: any.</summary>
    public char Initial { get; set; }

    /// <summary>Its own length, in the plan's unit.</summary>
    public CountRange Length { get; set; }

    /// <summary>Words that it must not hold, besides those that no sentence may.</summary>
    public List<string> Forbidden { get; } = [];

    /// <summary>In the language that the answer is not in (bilingual answers).</summary>
    public Language Language { get; set; }

    /// <summary>The sentence, once written, with prefix, mark and suffix.</summary>
    public string Text { get; set; } = "";

    public bool IsFree => Kind == SlotKind.Statement && Words.Count == 0;
}
