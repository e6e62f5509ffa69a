using TraceFast.Constraints;
using TraceFast.Data;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Synthesis;

/// <summary>What a check of a quad found.</summary>
/// <param name="Drop">Null: it is a good quad.</param>
/// <param name="Reason">For people: which constraint, what was found; empty for a good one.</param>
public readonly record struct QuadVerdict(DropReason? Drop, string Reason)
{
    public bool IsGood => Drop is null;
}

/// <summary>
/// Whether a quad is what it says: y1 obeys every exact constraint of x1 and violates at least one of x2, and the mirror. Constraints that
/// are listed as broken on purpose must really be violated; all others obeyed.
/// </summary>
public static class QuadCheck
{
    private static readonly QuadVerdict s_good = new(null, "");

    public static QuadVerdict Check(Quad quad) => Check(quad, new Response(quad.Y1), new Response(quad.Y2));

    internal static QuadVerdict Check(Quad quad, Response y1, Response y2)
    {
        if (Shape(quad) is { IsGood: false } wrong)
            return wrong;
        if (Obeys(quad.Constraints1, y1, quad.Broken1) is { } broken1)
            return new(DropReason.Y1BreaksX1, $"y1, {broken1}");
        if (Obeys(quad.Constraints2, y2, quad.Broken2) is { } broken2)
            return new(DropReason.Y2BreaksX2, $"y2, {broken2}");
        if (quad.Constraints2.All(c => c.Constraint.Check(y1).IsObeyed))
            return new(DropReason.Y1ObeysX2, "y1 obeys all constraints of x2");
        if (quad.Constraints1.All(c => c.Constraint.Check(y2).IsObeyed))
            return new(DropReason.Y2ObeysX1, "y2 obeys all constraints of x1");
        return s_good;
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
        foreach ((string name, IReadOnlyList<StatedConstraint> constraints) in new[] { ("x1", quad.Constraints1),
            ("x2", quad.Constraints2) })
        {
            if (constraints.Count == 0)
                return new(DropReason.NothingExact, $"{name} has no constraint that can be checked");
            if (constraints.FirstOrDefault(c => !c.Constraint.Type.IsRuleChecked) is { } judged)
                return new(DropReason.JudgedApart,
                    $"{judged.Constraint} needs a judge; it belongs in \"unchecked\", which both instructions share");
        }

        bool same = quad.Constraints1.Count == quad.Constraints2.Count
            && quad.Constraints1.All(c => quad.Constraints2.Any(d => d.Constraint.Equals(c.Constraint)));
        return same ? new(DropReason.SameConstraints, "x1 and x2 ask for the same") : s_good;
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

/// <summary>
/// The second pass over files of quads that carry their constraints: every quad is read back and checked again, on several threads.
/// </summary>
public static class QuadFileCheck
{
    private const int Batch = 512;

    /// <summary>The keys whose presence says that a file's quads can be checked.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["constraints1", "constraints2"];

    /// <param name="file">A file of quads; records without constraints are passed over.</param>
    /// <returns>How many were checked, and those that are not what they say, in order.</returns>
    /// <exception cref="InputException">A record is no JSON object; file:line.</exception>
    public static (int Checked, IReadOnlyList<BadRecord> Bad) Check(string file)
    {
        List<BadRecord> bad = [];
        int count = 0;
        foreach (JsonLine[] batch in JsonLines.Read(file).Chunk(Batch))
        {
            string?[] faults = new string?[batch.Length];
            bool[] has = new bool[batch.Length];
            Parallel.For(0, batch.Length, n => (has[n], faults[n]) = Check(batch[n]));
            for (int n = 0; n < batch.Length; n++)
            {
                count += has[n] ? 1 : 0;
                if (faults[n] is { } fault)
                    bad.Add(new BadRecord(batch[n].Origin, fault));
            }
        }

        return (count, bad);
    }

    private static (bool Has, string? Fault) Check(JsonLine line)
    {
        if (!Keys.Any(line.Has))
            return (false, null);
        try
        {
            QuadVerdict verdict = QuadCheck.Check(QuadJson.Read(line.Record));
            return (true, verdict.IsGood ? null : $"{verdict.Drop}: {verdict.Reason}");
        }
        catch (ConstraintException e)
        {
            return (true, e.Message);
        }
    }
}
