using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Trace;

/// <summary>
/// TRACE's figures. IF-S: share of the instructions with one constraint that are obeyed. IF-M: share of those with several whose constraints are all obeyed. Beside
/// them the share of constraints obeyed. No official scorer is public; this reading follows the paper's names and the structure of its file (200 instructions
/// with one constraint, 842 with several). A constraint that is undecided is not obeyed.
/// </summary>
public static class TraceScores
{
    public static IReadOnlyList<Metric> Metrics(IReadOnlyList<RecordResult> records) =>
    [
        new("if_s", All(records, n => n == 1)),
        new("if_m", All(records, n => n > 1)),
        new("constraints", Constraints(records, (_, _) => true)),
    ];

    internal static IReadOnlyList<Breakdown> Breakdowns(IReadOnlyList<JudgedRecord> judged, IReadOnlyList<TraceRecord> records)
    {
        string[] kinds = [.. Category.All.Select(k => k.Name), .. records.SelectMany(r => r.Constraints).Where(c => c.Kind is null).Select(c => c.KindName).Distinct()];
        string[] groups = [.. Enum.GetNames<Group>().Select(g => g.ToLowerInvariant()), .. records.SelectMany(r => r.Constraints).Where(c => c.Kind is null).Select(c => c.GroupName).Distinct()];
        IEnumerable<int> counts = records.Select(r => r.Constraints.Count).Distinct().Order();
        return
        [
            new("kind", Present(kinds.Select(k => new Metric("constraints", Constraints(judged, (r, i) => records[r].Constraints[i].KindName == k)) { Part = k }))),
            new("group", Present(groups.Select(g => new Metric("constraints", Constraints(judged, (r, i) => records[r].Constraints[i].GroupName == g)) { Part = g }))),
            new("number of constraints", [.. counts.Select(n => new Metric("all_obeyed", All(judged, c => c == n)) { Part = n.ToString(CultureInfo.InvariantCulture) })]),
            new("decider", Present([
                new Metric("constraints", Constraints(judged, (r, i) => judged[r].Deciders[i] == Decider.Program)) { Part = "program" },
                new Metric("constraints", Constraints(judged, (r, i) => judged[r].Deciders[i] == Decider.Judge)) { Part = "judge" }])),
        ];
    }

    /// <summary>One observation for each record with such a number of constraints: 1 where all are obeyed.</summary>
    private static Observation[] All(IReadOnlyList<RecordResult> records, Func<int, bool> counts) =>
    [
        .. records.Select((r, i) => (Record: r, Index: i)).Where(r => counts(r.Record.Constraints.Count))
            .Select(r => new Observation(r.Index, r.Record.Constraints.All(c => c.Outcome == Outcome.Obeyed) ? 1 : 0, 1)),
    ];

    /// <summary>One observation for each record that has such constraints: how many are obeyed, of how many.</summary>
    private static List<Observation> Constraints(IReadOnlyList<RecordResult> records, Func<int, int, bool> which)
    {
        List<Observation> observations = [];
        for (int r = 0; r < records.Count; r++)
        {
            int obeyed = 0, all = 0;
            for (int i = 0; i < records[r].Constraints.Count; i++)
            {
                if (!which(r, i))
                    continue;
                all++;
                if (records[r].Constraints[i].Outcome == Outcome.Obeyed)
                    obeyed++;
            }

            if (all > 0)
                observations.Add(new Observation(r, obeyed, all));
        }

        return observations;
    }

    private static Metric[] Present(IEnumerable<Metric> metrics) => [.. metrics.Where(m => m.Observations.Count > 0)];
}
