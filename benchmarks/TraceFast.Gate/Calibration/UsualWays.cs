using Perfolizer.Mathematics.Common;
using Perfolizer.Mathematics.SignificanceTesting;
using Perfolizer.Mathematics.SignificanceTesting.MannWhitney;
using Perfolizer.Metrology;
using Pragmastat;
using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Calibration;

/// <summary>
/// What is usually done with two versions' figures, for comparison: of all processes of the screening, without pairs and controls.
/// <code>
///   mean ratio       mean(head) / mean(base) > 1.05
///   Mann-Whitney     BenchmarkDotNet's column of a baseline with a threshold of 5 %, by its own library: head is larger than 1.05 base
/// </code>
/// </summary>
public static class UsualWays
{
    private const double Ratio = 1.05;

    private static readonly Threshold s_threshold = Threshold.Parse("5%");

    /// <param name="pairs">Of a row whose figures are times.</param>
    public static bool MeanRatio(IReadOnlyList<(Figure Base, Figure Head)> pairs) =>
        pairs.Average(p => p.Head.Value) / pairs.Average(p => p.Base.Value) > Ratio;

    /// <param name="pairs">As for <see cref="MeanRatio"/>.</param>
    /// <param name="level">Of significance; BenchmarkDotNet's default is 1e-5.</param>
    public static bool MannWhitney(IReadOnlyList<(Figure Base, Figure Head)> pairs, double level) =>
        new SimpleEquivalenceTest(MannWhitneyTest.Instance).Perform(
            new Sample([.. pairs.Select(p => p.Head.Value)]), new Sample([.. pairs.Select(p => p.Base.Value)]), s_threshold,
            new SignificanceLevel(level)) == ComparisonResult.Greater;
}
