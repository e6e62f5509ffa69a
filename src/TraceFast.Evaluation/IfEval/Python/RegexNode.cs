namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>A parsed regular expression.</summary>
internal abstract record RegexNode
{
    public sealed record Set(CharacterSet Characters) : RegexNode;

    public sealed record Sequence(IReadOnlyList<RegexNode> Items) : RegexNode;

    public sealed record Choice(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

    /// <param name="Index">0: not captured.</param>
    public sealed record Group(int Index, RegexNode Inside) : RegexNode;

    public sealed record Repeat(RegexNode Inside, int Min, int Max, RepeatMode Mode) : RegexNode;

    public sealed record BackReference(int Index, bool IgnoreCase) : RegexNode;

    public sealed record Anchor(AnchorKind Kind) : RegexNode;

    /// <param name="Behind">Code points to go back first; 0: look ahead.</param>
    public sealed record Look(RegexNode Inside, int Behind, bool Negative) : RegexNode;

    public sealed record Atomic(RegexNode Inside) : RegexNode;

    public sealed record Conditional(int Condition, RegexNode Yes, RegexNode No) : RegexNode;

    /// <summary>How few and how many code points it can match.</summary>
    public (int Min, int Max) Width() => this switch
    {
        Set => (1, 1),
        Sequence s => s.Items.Select(i => i.Width()).Aggregate((0, 0), (a, b) => (Add(a.Item1, b.Min), Add(a.Item2, b.Max))),
        Choice c => (c.Alternatives.Min(a => a.Width().Min), c.Alternatives.Max(a => a.Width().Max)),
        Group g => g.Inside.Width(),
        Atomic a => a.Inside.Width(),
        Repeat r => (Times(r.Inside.Width().Min, r.Min), Times(r.Inside.Width().Max, r.Max)),
        BackReference => (0, int.MaxValue),
        Conditional c => (Math.Min(c.Yes.Width().Min, c.No.Width().Min), Math.Max(c.Yes.Width().Max, c.No.Width().Max)),
        _ => (0, 0),
    };

    private static int Add(int a, int b) => (int)Math.Min(int.MaxValue, (long)a + b);

    private static int Times(int a, int b) => (int)Math.Min(int.MaxValue, (long)a * b);
}

internal enum RepeatMode
{
    Greedy,
    Lazy,
    Possessive,
}

internal enum AnchorKind
{
    /// <summary>\A, and ^ outside multi-line mode.</summary>
    Start,

    /// <summary>\Z.</summary>
    End,

    /// <summary>^ in multi-line mode.</summary>
    LineStart,

    /// <summary>$ outside multi-line mode: at the end or before a line feed that ends the text.</summary>
    EndOrLastLineFeed,

    /// <summary>$ in multi-line mode.</summary>
    LineEnd,

    WordBoundary,
    NoWordBoundary,
}
