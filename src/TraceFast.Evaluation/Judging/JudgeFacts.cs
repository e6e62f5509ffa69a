using System.Globalization;
using TraceFast.Constraints;

namespace TraceFast.Evaluation.Judging;

/// <summary>What a report says about who decided.</summary>
internal static class JudgeFacts
{
    /// <summary>The calls of all records.</summary>
    public static Judgements Sum(IReadOnlyList<JudgedRecord> records) => records.Aggregate(default(Judgements), (sum, r) => sum + r.Judgements);

    /// <summary>Whether figures may be given.</summary>
    public static bool AreWhole(IReadOnlyList<JudgedRecord> records, JudgeSettings settings) => Sum(records).Missing <= settings.AllowedUnjudged;

    public static IReadOnlyList<(string What, string Value)> Of(IReadOnlyList<JudgedRecord> records, JudgeSettings settings)
    {
        int all = 0, program = 0, undecided = 0;
        foreach (JudgedRecord record in records)
        {
            for (int i = 0; i < record.Constraints.Count; i++)
            {
                all++;
                if (record.Deciders[i] == Decider.Program)
                    program++;
                if (record.Constraints[i].Outcome == Outcome.NeedsJudge)
                    undecided++;
            }
        }

        List<(string, string)> facts =
        [
            ("constraints decided by program", Share(program, all)),
            ("constraints decided by the judge", Share(all - program - undecided, all)),
            ("constraints undecided, never counted as obeyed", Share(undecided, all)),
        ];
        if (settings.Judge is { } judge)
            facts.Add(("judge's answers", string.Create(CultureInfo.InvariantCulture, $"{judge.Decided} read, {judge.Repaired} of them after a plea, {judge.Undecided} not read")));
        else if (undecided > 0)
            facts.Add(("judge", "none; name one with --judge URL and --judge-model NAME"));
        facts.AddRange(settings.Account?.Invoke() ?? []);
        return facts;
    }

    private static string Share(int part, int all) => string.Create(CultureInfo.InvariantCulture, $"{part} of {all}");
}
