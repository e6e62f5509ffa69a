using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>
/// What becomes of the delimiters that a pattern matches. Splitting "the-final--countdown" at "-" gives:
/// Removed: the, final, countdown. Isolated: the, -, final, -, -, countdown. MergedWithPrevious: the-, final-, -, countdown.
/// MergedWithNext: the, -final, -, -countdown. Contiguous: the, -, final, --, countdown.
/// </summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Reads a behavior and applies one.</summary>
internal static class SplitBehaviors
{
    [ThreadStatic]
    private static List<Stretch>? scratch;

    public static SplitBehavior Read(JsonValue value)
    {
        string name = value.AsText();
        return Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw value.Error($"the behavior \"{name}\"", string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    /// <summary>Splits a piece at the matches of a pattern (with <paramref name="invert"/>: at what lies between them).</summary>
    public static void Apply(this SplitBehavior behavior, IPattern pattern, bool invert, Piece piece, List<Piece> parts)
    {
        List<Stretch> spans = scratch ??= [];
        spans.Clear();
        pattern.FindMatches(piece.Span, spans);
        if (behavior == SplitBehavior.MergedWithNext)
            spans.Reverse();
        int firstPart = parts.Count;
        bool previousMatch = false;
        int start = 0;
        int end = 0;
        bool open = false;
        foreach (Stretch span in spans)
        {
            bool match = span.IsMatch != invert;
            bool merge = open && behavior switch
            {
                SplitBehavior.Contiguous => match == previousMatch,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => match && !previousMatch,
                _ => false,
            };
            if (!merge)
            {
                Add(piece, start, end, parts);
                (start, end) = (span.Start, span.End);
            }
            start = Math.Min(start, span.Start);
            end = Math.Max(end, span.End);
            open = true;
            if (behavior == SplitBehavior.Removed && match)
                end = start;
            previousMatch = match;
        }
        Add(piece, start, end, parts);
        if (behavior == SplitBehavior.MergedWithNext)
            parts.Reverse(firstPart, parts.Count - firstPart);
    }

    private static void Add(Piece piece, int start, int end, List<Piece> parts)
    {
        if (start < end)
            parts.Add(new Piece(piece.Text, piece.Start + start, end - start, piece.Origin));
    }
}
