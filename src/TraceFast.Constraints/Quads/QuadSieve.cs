namespace TraceFast.Constraints.Quads;

/// <summary>
/// What stands between a maker and a file, for all four ways: the check, then exact duplicates (either answer, or both instructions together, written before: up to
/// white space and case). Counts what it drops. Quads come in order; one thread.
/// </summary>
public sealed class QuadSieve
{
    private readonly HashSet<UInt128> _answers = [];
    private readonly HashSet<UInt128> _instructions = [];

    public DropCounts Drops { get; } = new();

    /// <summary>Whether the quad is to be written; false: it has been counted.</summary>
    public bool Accept(Quad quad, out string reason)
    {
        (DropReason? drop, reason) = QuadCheck.Check(quad);
        drop ??= Repeats(quad, ref reason);
        if (drop is { } because)
            Drops.Add(because);
        return drop is null;
    }

    private DropReason? Repeats(Quad quad, ref string reason)
    {
        UInt128 y1 = TextHash.Of(quad.Y1);
        UInt128 y2 = TextHash.Of(quad.Y2);
        UInt128 x = TextHash.Of(quad.X1) ^ UInt128.RotateLeft(TextHash.Of(quad.X2), 1);
        if (_answers.Contains(y1) || _answers.Contains(y2) || _instructions.Contains(x))
        {
            reason = "an answer or the two instructions stand in an earlier quad";
            return DropReason.Duplicate;
        }

        _answers.Add(y1);
        _answers.Add(y2);
        _instructions.Add(x);
        return null;
    }
}
