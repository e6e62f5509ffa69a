using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>The second pass over files of quads that carry their constraints: every quad is read back and checked again, on several threads.</summary>
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
            var faults = new string?[batch.Length];
            var has = new bool[batch.Length];
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
