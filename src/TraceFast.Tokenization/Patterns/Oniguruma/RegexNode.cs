namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>The syntax tree of a regular expression.</summary>
internal abstract record RegexNode
{
    /// <summary>The fewest and the most code points that the node matches; the most is null where it has no bound.</summary>
    public abstract (int Least, int? Most) Length { get; }
}

internal sealed record SetNode(CodePointSet Set) : RegexNode
{
    public override (int Least, int? Most) Length => (1, 1);
}

internal sealed record CharacterNode(int CodePoint) : RegexNode
{
    public override (int Least, int? Most) Length => (1, 1);
}

internal sealed record SequenceNode(IReadOnlyList<RegexNode> Items) : RegexNode
{
    public override (int Least, int? Most) Length
    {
        get
        {
            long least = 0;
            long? most = 0;
            foreach (RegexNode item in Items)
            {
                (int itemLeast, int? itemMost) = item.Length;
                least += itemLeast;
                most += itemMost;
            }
            return ((int)Math.Min(least, int.MaxValue), most is { } m ? (int)Math.Min(m, int.MaxValue) : null);
        }
    }
}

internal sealed record AlternationNode(IReadOnlyList<RegexNode> Items) : RegexNode
{
    public override (int Least, int? Most) Length
    {
        get
        {
            int least = int.MaxValue;
            int? most = 0;
            foreach (RegexNode item in Items)
            {
                (int itemLeast, int? itemMost) = item.Length;
                least = Math.Min(least, itemLeast);
                most = most is { } a && itemMost is { } b ? Math.Max(a, b) : null;
            }
            return (least, most);
        }
    }
}

internal enum Greed
{
    Greedy,
    Lazy,
    Possessive,
}

/// <summary><paramref name="Item"/> repeated from <paramref name="Least"/> to <paramref name="Most"/> times (null: no bound).</summary>
internal sealed record RepeatNode(RegexNode Item, int Least, int? Most, Greed Greed) : RegexNode
{
    public override (int Least, int? Most) Length
    {
        get
        {
            (int least, int? most) = Item.Length;
            long total = (long)least * Least;
            long? bound = most == 0 ? 0 : (long?)most * Most;
            return ((int)Math.Min(total, int.MaxValue), bound is { } m ? (int)Math.Min(m, int.MaxValue) : null);
        }
    }
}

/// <summary>Look-ahead or look-behind: matches where <paramref name="Item"/> does (or, negative, does not), and takes nothing.</summary>
internal sealed record LookNode(RegexNode Item, bool Behind, bool Negative) : RegexNode
{
    public override (int Least, int? Most) Length => (0, 0);
}

/// <summary>Matched once, never taken back: <c>(?>...)</c>.</summary>
internal sealed record AtomicNode(RegexNode Item) : RegexNode
{
    public override (int Least, int? Most) Length => Item.Length;
}

internal enum Anchor
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrFinalNewline,
    SearchStart,
    WordBoundary,
    NoWordBoundary,
}

internal sealed record AnchorNode(Anchor Anchor) : RegexNode
{
    public override (int Least, int? Most) Length => (0, 0);
}
