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

    /// <summary>One sentence for each comparison.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<DemoRegimeResult> results)
    {
        foreach (DemoRegimeResult result in results)
        {
            foreach (var of in Differences(result).GroupBy(d => d.Other))
                yield return $"{result.Regime.Title}: IOPO against {of.Key.Title}: {string.Join("; ", of.Select(d => Say(d.Difference, d.Figure == DemoFigure.IfMIn ? "in" : "out of")))}.";
            if (result.Regime.Confound > 0)
                yield return $"{result.Regime.Title}: answers with a title that nobody asked for: " +
                    string.Join(", ", result.Rows.Select(r => $"{r.Title} {DemoTable.Percent(r.Fits.Average(f => f.Scores.UnaskedTitles))}")) + ".";
        }
    }

    /// <summary>IOPO's IF-M minus that of every other trained row.</summary>
    public static IEnumerable<(DemoRow Other, DemoFigure Figure, DemoDifference Difference)> Differences(DemoRegimeResult result)
    {
        DemoRow iopo = result.Row(DemoMethod.Iopo.Name);
        foreach (DemoRow other in result.Rows.Where(r => r != iopo && r.Choice is not null))
            foreach (DemoFigure figure in new[] { DemoFigure.IfMIn, DemoFigure.IfMOut })
                yield return (other, figure, figure.Difference(other, iopo));
    }

    private static string Say(DemoDifference d, string domain)
    {
        string verdict = !d.IsClear ? "no difference shown" : d.Value > 0 ? "ahead" : "behind";
        return string.Create(
            CultureInfo.InvariantCulture, $"{verdict} {domain} domain ({100 * d.Value:+0.0;-0.0;0.0} points of IF-M, 95 % interval {100 * d.Interval.Low:+0.0;-0.0;0.0} to {100 * d.Interval.High:+0.0;-0.0;0.0}, {(d.PValue < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {d.PValue:0.000}"))})");
    }
}
