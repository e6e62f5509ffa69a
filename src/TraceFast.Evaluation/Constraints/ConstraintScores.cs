using System.Globalization;
using TraceFast.Constraints;

namespace TraceFast.Evaluation.Constraints;

/// <summary>
/// The figures of prompts that state their constraints. Of prompt p with n_p exact constraints, n_p &gt; 0, the response obeys o_p:
/// constraint_level = sum o_p / sum n_p, the share of constraints obeyed; prompt_level = share of the prompts with o_p = n_p; mean = mean of o_p / n_p. Constraints that only a reader can
/// judge count in none of them. One observation for each unit, the sum over its prompts.
/// </summary>
internal static class ConstraintScores
{
    public static IReadOnlyList<Metric> Metrics(IReadOnlyList<ConstraintRecord> records) =>
    [
        Constraints(records, null, _ => true),
        All(records, null),
        Of("mean", null, records.Where(r => r.Exact > 0).Select(r => (r.Unit, (double)r.Obeyed / r.Exact, 1.0))),
    ];

    public static IReadOnlyList<Breakdown> Breakdowns(IReadOnlyList<ConstraintRecord> records)
    {
        string[] sorts = [.. records.SelectMany(r => r.Stated).Select(s => s.Constraint.Type.Name).Distinct().Order(StringComparer.Ordinal)];
        return
        [
            new("group", Present(Enum.GetValues<Group>().Select(g => Constraints(records, g.ToString().ToLowerInvariant(), s => s.Category.Group == g)))),
            new("kind", Present(Category.All.Select(k => Constraints(records, k.Name, s => s.Category == k)))),
            new("sort", Present(sorts.Select(name => Constraints(records, name, s => s.Name == name)))),
            new("number of constraints", [.. records.Where(r => r.Exact > 0).GroupBy(r => r.Exact).OrderBy(g => g.Key).SelectMany(g =>
            {
                string part = g.Key.ToString(CultureInfo.InvariantCulture);
                ConstraintRecord[] those = [.. g];
                return new[] { Constraints(those, part, _ => true), All(those, part) };
            })]),
        ];
    }

    /// <summary>Share of the constraints of certain sorts.</summary>
    private static Metric Constraints(IEnumerable<ConstraintRecord> records, string? part, Func<ConstraintType, bool> which) => Of("constraint_level", part, records.Select(r =>
    {
        int obeyed = 0, exact = 0;
        for (int i = 0; i < r.Constraints.Count; i++)
        {
            if (r.Constraints[i].Outcome == Outcome.NeedsJudge || !which(r.Stated[i].Constraint.Type))
                continue;
            exact++;
            obeyed += r.Constraints[i].Outcome == Outcome.Obeyed ? 1 : 0;
        }

        return (r.Unit, (double)obeyed, (double)exact);
    }));

    /// <summary>Share of the prompts all of whose constraints are obeyed.</summary>
    private static Metric All(IEnumerable<ConstraintRecord> records, string? part) =>
        Of("prompt_level", part, records.Where(r => r.Exact > 0).Select(r => (r.Unit, r.Obeyed == r.Exact ? 1.0 : 0.0, 1.0)));

    private static Metric Of(string name, string? part, IEnumerable<(int Unit, double Numerator, double Denominator)> prompts) => new(
        name,
        [.. prompts.GroupBy(p => p.Unit).Select(g => new Observation(g.Key, g.Sum(p => p.Numerator), g.Sum(p => p.Denominator))).Where(o => o.Denominator > 0).OrderBy(o => o.Unit)])
    {
        Part = part,
    };

    private static Metric[] Present(IEnumerable<Metric> metrics) => [.. metrics.Where(m => m.Observations.Count > 0)];
}
