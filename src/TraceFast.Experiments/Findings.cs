namespace TraceFast.Experiments;

/// <summary>What a demonstration found, in plain sentences with their figures, and what follows from the losses themselves.</summary>
public static class Findings
{
    /// <summary>Why the order is as it is, whatever the figures: properties of the losses.</summary>
    public static IReadOnlyList<string> Background { get; } =
    [
        "IOPO's margin is D = (c1 - r1) + (c2 - r2), where c1, c2 are the log-ratios of the right answers and r1, r2 those of the wrong "
            + "ones. The margins of symmetric DPO (y1 over y2 under x1, and the mirror) and of " +
        "symmetric input preference add up to the same D, so to first order in b all three have the same gradient; they differ in how "
        + "each pair saturates. A large lead of one over the others is not to be expected.",
        "A feature of the answer alone, whatever the instruction, cancels in D: IOPO cannot learn it, nor can symmetric DPO to first "
            + "order in b. One-sided DPO, which compares y1 to y2 under x1 only, and SFT, " +
        "which copies the answers, can.",
    ];

    /// <summary>What is compared to every other method: the paper's loss alone and with an SFT term.</summary>
    public static IReadOnlyList<Method> Subjects { get; } = [Method.Iopo, Method.IopoSft];

    /// <summary>Against each other method: in which settings it is ahead, in which behind, where no difference was shown.</summary>
    public static IEnumerable<string> Summary(IReadOnlyList<SettingResult> results)
    {
        foreach (Method subject in Subjects)
        {
            IEnumerable<(string Setting, ResultRow Other, string Domain, string Verdict)> all = results.SelectMany(
                r => Differences(r, subject)
                    .Select(d => (Setting: r.Setting.Title, d.Other, Domain: Domain(d.Figure), Verdict: Verdict(d.Difference))));
            foreach (IGrouping<string, (string Setting, ResultRow Other, string Domain, string Verdict)> of in all.GroupBy(d =>
                d.Other.Name))
            {
                string title = Method.All.FirstOrDefault(m => m.Name == of.Key)?.Title ?? of.First().Other.Title;
                yield return $"{subject.Title} against {title}: "
                    + string.Join("; ", of.GroupBy(d => d.Verdict).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v =>
                    $"{v.Key} with "
                        + string.Join(
                            " and with ",
                            v.GroupBy(d => d.Setting).Select(r => $"{r.Key} ({string.Join(" and ", r.Select(d => d.Domain))} domain)"))))
                            + ".";
            }
        }
    }

    /// <summary>One sentence for each comparison.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<SettingResult> results)
    {
        foreach (SettingResult result in results)
            foreach (Method subject in Subjects)
                foreach (IGrouping<ResultRow, (ResultRow Other, Figure Figure, Difference Difference)> of in Differences(result, subject)
                    .GroupBy(d => d.Other))
                    yield return $"{result.Setting.Title}: {subject.Title} against "
                        + $"{of.Key.Title}: {string.Join("; ", of.Select(d => Describe(d.Difference, Domain(d.Figure))))}.";
    }

    /// <summary>Who writes the titles that nobody asked for.</summary>
    public static IEnumerable<string> UnaskedTitles(IReadOnlyList<SettingResult> results) =>
        results.Where(r => r.Setting.Confound > 0).Select(r => $"{r.Setting.Title}: answers with a title that nobody asked for: " +
            string.Join("; ", r.Rows.Select(row => $"{row.Title} {ResultTable.Percent(row.Runs.Average(f => f.Scores.UnaskedTitles))}"))
            + ".");

    /// <summary>A method's IF-M minus that of every other trained row; of two subjects, their difference is the first one's.</summary>
    public static IEnumerable<(ResultRow Other, Figure Figure, Difference Difference)> Differences(SettingResult result, Method subject)
    {
        if (result.Rows.SingleOrDefault(r => r.Name == subject.Name) is not { } own)
            yield break;
        foreach (ResultRow other in result.Rows.Where(
            r => r != own && r.Hyperparameters is not null && !Subjects.TakeWhile(s => s != subject).Any(s => s.Name == r.Name)))
            foreach (Figure figure in new[] { Figure.IfMIn, Figure.IfMOut })
                yield return (other, figure, figure.Difference(other, own));
    }

    private static string Domain(Figure figure) => figure == Figure.IfMIn ? "in" : "out of";

    private static string Verdict(Difference d) => !d.IsClear ? "no difference shown" : d.Value > 0 ? "ahead" : "behind";

    private static string Probability(Difference d) =>
        d.PValue < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {d.PValue:0.000}");

    private static string Describe(Difference d, string domain) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verdict(d)} {domain} domain ({100 * d.Value:+0.0;-0.0;0.0} points of IF-M, 95 % interval {100 * d.Interval.Low:+0.0;-0.0;0.0} "
            + $"to {100 * d.Interval.High:+0.0;-0.0;0.0}, {Probability(d)})");
}
