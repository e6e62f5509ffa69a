using TraceFast.Constraints;

namespace TraceFast.Synthesis;

/// <summary>A quad with all that the filter must know of it, found without looking at other quads.</summary>
public sealed class ExaminedQuad
{
    internal ExaminedQuad(Quad quad, DropReason? drop, string reason, bool near)
    {
        (Quad, Drop, Reason) = (quad, drop, reason);
        if (drop is not null)
            return;
        (Answer1, Answer2) = (TextHash.Of(quad.Y1), TextHash.Of(quad.Y2));
        Instructions = TextHash.Of(quad.X1) ^ UInt128.RotateLeft(TextHash.Of(quad.X2), 1);
        if (near)
            (Signature1, Signature2) = (MinHash.Of(quad.Y1), MinHash.Of(quad.Y2));
    }

    public Quad Quad { get; }

    /// <summary>Null: nothing speaks against it so far.</summary>
    public DropReason? Drop { get; }

    public string Reason { get; }

    internal UInt128 Answer1 { get; }

    internal UInt128 Answer2 { get; }

    internal UInt128 Instructions { get; }

    internal uint[] Signature1 { get; } = [];

    internal uint[] Signature2 { get; } = [];
}

/// <summary>
/// Between a generator and a file, for all four ways: the check, contamination, then duplicates: an answer, or both instructions
/// together, written before (up to white space and case), an answer near to one before. Counts what it drops. <see cref="Examine"/> may run
/// on several threads; <see cref="Accept(ExaminedQuad, out string)"/> takes the quads one after the other in their order.
/// </summary>
/// <param name="nearThreshold">Similarity (Jaccard, of runs of three words) from which an answer is a near duplicate; null: only exact ones
/// are looked for.</param>
/// <param name="contamination">Instructions of evaluation sets; null: none.</param>
public sealed class QuadFilter(double? nearThreshold = null, Contamination? contamination = null)
{
    private readonly HashSet<UInt128> _answers = [];
    private readonly HashSet<UInt128> _instructions = [];
    private readonly NearDuplicates? _near = nearThreshold is { } threshold ? new NearDuplicates(threshold) : null;

    public DropCounts Drops { get; } = new();

    /// <summary>All that can be told of a quad by itself.</summary>
    public ExaminedQuad Examine(Quad quad) => Examine(quad, new Response(quad.Y1), new Response(quad.Y2));

    /// <summary>The same, with the answers as they have been checked already: what was found of them is not looked for again.</summary>
    internal ExaminedQuad Examine(Quad quad, Response y1, Response y2)
    {
        (DropReason? drop, string reason) = QuadCheck.Check(quad, y1, y2);
        if (drop is null && contamination is not null && (contamination.Holds(quad.X1) || contamination.Holds(quad.X2)))
            (drop, reason) = (DropReason.Contaminated, "an instruction overlaps one of an evaluation set");
        return new(quad, drop, reason, _near is not null);
    }

    /// <summary>Whether the quad is to be written; false: it has been counted.</summary>
    public bool Accept(Quad quad, out string reason) => Accept(Examine(quad), out reason);

    /// <summary>The same for one that has been examined.</summary>
    public bool Accept(ExaminedQuad quad, out string reason)
    {
        reason = quad.Reason;
        DropReason? drop = quad.Drop ?? Repeats(quad, ref reason);
        if (drop is { } because)
            Drops.Add(because);
        return drop is null;
    }

    private DropReason? Repeats(ExaminedQuad quad, ref string reason)
    {
        if (_answers.Contains(quad.Answer1) || _answers.Contains(quad.Answer2) || _instructions.Contains(quad.Instructions))
        {
            reason = "an answer or the two instructions appear in an earlier quad";
            return DropReason.Duplicate;
        }

        if (_near is not null)
        {
            if (_near.Holds(quad.Signature1) || _near.Holds(quad.Signature2))
            {
                reason = "an answer is nearly one of an earlier quad";
                return DropReason.NearDuplicate;
            }

            _near.Add(quad.Signature1);
            _near.Add(quad.Signature2);
        }

        _answers.Add(quad.Answer1);
        _answers.Add(quad.Answer2);
        _instructions.Add(quad.Instructions);
        return null;
    }
}
