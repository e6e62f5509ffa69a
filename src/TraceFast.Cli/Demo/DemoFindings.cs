using System.Globalization;

namespace TraceFast.Cli.Demo;

/// <summary>What a demonstration found, in plain sentences with their figures, and what follows from the losses themselves.</summary>
internal static class DemoFindings
{
    /// <summary>Why the order is as it is, whatever the figures: properties of the losses.</summary>
    public static IReadOnlyList<string> Background { get; } =
    [
        "IOPO's margin is D = (c1 - r1) + (c2 - r2), where c1, c2 are the log-ratios of the right answers and r1, r2 those of the wrong ones. The margins of symmetric DPO (y1 over y2 under x1, and the mirror) and of " +
        "symmetric input preference add up to the same D, so to first order in b all three have the same gradient; they differ in how each pair saturates. A large lead of one over the others is not to be expected.",
        "A feature of the answer alone, whatever the instruction, cancels in D: IOPO can not learn it, nor can symmetric DPO to first order in b. One-sided DPO, which compares y1 to y2 under x1 only, and SFT, " +
        "which copies the answers, can.",
    ];

    /// <summary>What is compared to every other method: the paper's loss alone and with an SFT term.</summary>
    public static IReadOnlyList<DemoMethod> Subjects { get; } = [DemoMethod.Iopo, DemoMethod.IopoSft];

    /// <summary>Against each other method: in which regimes it is ahead, in which behind, where no difference was shown.</summary>
    public static IEnumerable<string> Summary(IReadOnlyList<DemoRegimeResult> results)
    {
        foreach (DemoMethod subject in Subjects)
        {
            var all = results.SelectMany(r => Differences(r, subject).Select(d => (Regime: r.Regime.Title, d.Other, Domain: Domain(d.Figure), Verdict: Verdict(d.Difference))));
            foreach (var of in all.GroupBy(d => d.Other.Name))
            {
                string title = DemoMethod.All.FirstOrDefault(m => m.Name == of.Key)?.Title ?? of.First().Other.Title;
                yield return $"{subject.Title} against {title}: " + string.Join("; ", of.GroupBy(d => d.Verdict).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v =>
                    $"{v.Key} with " + string.Join(" and with ", v.GroupBy(d => d.Regime).Select(r => $"{r.Key} ({string.Join(" and ", r.Select(d => d.Domain))} domain)")))) + ".";
            }
        }
    }

    /// <summary>One sentence for each comparison.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<DemoRegimeResult> results)
    {
        foreach (DemoRegimeResult result in results)
            foreach (DemoMethod subject in Subjects)
                foreach (var of in Differences(result, subject).GroupBy(d => d.Other))
                    yield return $"{result.Regime.Title}: {subject.Title} against {of.Key.Title}: {string.Join("; ", of.Select(d => Say(d.Difference, Domain(d.Figure))))}.";
    }

    /// <summary>Who writes the titles that nobody asked for.</summary>
    public static IEnumerable<string> UnaskedTitles(IReadOnlyList<DemoRegimeResult> results) =>
        results.Where(r => r.Regime.Confound > 0).Select(r => $"{r.Regime.Title}: answers with a title that nobody asked for: " +
            string.Join("; ", r.Rows.Select(row => $"{row.Title} {DemoTable.Percent(row.Fits.Average(f => f.Scores.UnaskedTitles))}")) + ".");

    /// <summary>A method's IF-M minus that of every other trained row; of two subjects, their difference is the first one's.</summary>
    public static IEnumerable<(DemoRow Other, DemoFigure Figure, DemoDifference Difference)> Differences(DemoRegimeResult result, DemoMethod subject)
    {
        if (result.Rows.SingleOrDefault(r => r.Name == subject.Name) is not { } own)
            yield break;
        foreach (DemoRow other in result.Rows.Where(r => r != own && r.Choice is not null && !Subjects.TakeWhile(s => s != subject).Any(s => s.Name == r.Name)))
            foreach (DemoFigure figure in new[] { DemoFigure.IfMIn, DemoFigure.IfMOut })
                yield return (other, figure, figure.Difference(other, own));
    }

    private static string Domain(DemoFigure figure) => figure == DemoFigure.IfMIn ? "in" : "out of";

    private static string Verdict(DemoDifference d) => !d.IsClear ? "no difference shown" : d.Value > 0 ? "ahead" : "behind";

    private static string Say(DemoDifference d, string domain) => string.Create(
        CultureInfo.InvariantCulture, $"{Verdict(d)} {domain} domain ({100 * d.Value:+0.0;-0.0;0.0} points of IF-M, 95 % interval {100 * d.Interval.Low:+0.0;-0.0;0.0} to {100 * d.Interval.High:+0.0;-0.0;0.0}, {(d.PValue < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {d.PValue:0.000}"))})");
}
