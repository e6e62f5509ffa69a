using TraceFast.Constraints;

namespace TraceFast.Synthesis;

/// <summary>What a check of a quad found.</summary>
/// <param name="Drop">Null: it is a good quad.</param>
/// <param name="Reason">For people: which constraint, what was found; empty for a good one.</param>
public readonly record struct QuadVerdict(DropReason? Drop, string Reason)
{
    public bool IsGood => Drop is null;
}

/// <summary>
/// Whether a quad is what it says: y1 obeys every exact constraint of x1 and violates at least one of x2, and the mirror. Constraints that are listed
/// as broken on purpose must really be violated; all others obeyed.
/// </summary>
public static class QuadCheck
{
    private static readonly QuadVerdict Good = new(null, "");

    public static QuadVerdict Check(Quad quad)
    {
        if (Shape(quad) is { IsGood: false } wrong)
            return wrong;
        Response y1 = new(quad.Y1);
        Response y2 = new(quad.Y2);
        if (Obeys(quad.Constraints1, y1, quad.Broken1) is { } broken1)
            return new(DropReason.Y1BreaksX1, $"y1, {broken1}");
        if (Obeys(quad.Constraints2, y2, quad.Broken2) is { } broken2)
            return new(DropReason.Y2BreaksX2, $"y2, {broken2}");
        if (quad.Constraints2.All(c => c.Constraint.Check(y1).IsObeyed))
            return new(DropReason.Y1ObeysX2, "y1 obeys all constraints of x2");
        if (quad.Constraints1.All(c => c.Constraint.Check(y2).IsObeyed))
            return new(DropReason.Y2ObeysX1, "y2 obeys all constraints of x1");
        return Good;
    }

    /// <summary>What can be told without reading the answers.</summary>
    private static QuadVerdict Shape(Quad quad)
    {
        foreach ((string name, string text) in new[] { ("x1", quad.X1), ("y1", quad.Y1), ("x2", quad.X2), ("y2", quad.Y2) })
        {
            if (string.IsNullOrWhiteSpace(text))
                return new(DropReason.EmptyText, $"{name} is empty");
        }

        if (quad.Y1 == quad.Y2)
            return new(DropReason.SameAnswers, "y1 and y2 are the same text");
        foreach ((string name, IReadOnlyList<StatedConstraint> constraints) in new[] { ("x1", quad.Constraints1), ("x2", quad.Constraints2) })
        {
            if (constraints.Count == 0)
                return new(DropReason.NothingExact, $"{name} has no constraint that can be checked");
            if (constraints.FirstOrDefault(c => !c.Constraint.Type.IsRuleChecked) is { } judged)
                return new(DropReason.JudgedApart, $"{judged.Constraint} needs a judge; it belongs in \"unchecked\", which both instructions share");
        }

        bool same = quad.Constraints1.Count == quad.Constraints2.Count
            && quad.Constraints1.All(c => quad.Constraints2.Any(d => d.Constraint.Equals(c.Constraint)));
        return same ? new(DropReason.SameConstraints, "x1 and x2 ask for the same") : Good;
    }

    /// <summary>Null, or the first constraint that is not as it should be.</summary>
    private static string? Obeys(IReadOnlyList<StatedConstraint> constraints, Response response, IReadOnlyList<int> broken)
    {
        foreach (int number in broken)
        {
            if (number >= constraints.Count)
                return $"constraint {number} is listed as broken; there are {constraints.Count}";
        }

        for (int i = 0; i < constraints.Count; i++)
        {
            Verdict verdict = constraints[i].Constraint.Check(response);
            bool meant = !broken.Contains(i);
            if (verdict.IsObeyed != meant)
                return $"{constraints[i].Constraint}: {(meant ? verdict.Reason : "it is listed as broken and yet obeyed")}";
        }

        return null;
    }
}
