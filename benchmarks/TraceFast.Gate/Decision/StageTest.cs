using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace TraceFast.Gate.Decision;

/// <summary>What a row's pairs show.</summary>
public enum Shown
{
    /// <summary>Too little yet.</summary>
    Nothing,

    /// <summary>A slowdown above the tolerance.</summary>
    Slower,

    /// <summary>No slowdown as large as the budget.</summary>
    WithinBudget,
}

/// <summary>What a row may cost.</summary>
/// <param name="Tolerance">The slowdown, as a share, that is never reported.</param>
/// <param name="Budget">The slowdown that must be found.</param>
public sealed record RowBounds(double Tolerance, double Budget);

/// <summary>
/// A stage of a row: looks at its pairs after 6, 8, 10, 12, 16, 20, ... and stops at the first that shows
/// <code>
///   slower          H0: slowdown ≤ tolerance is rejected, at α over all looks
///   within budget   H0: slowdown ≥ budget is rejected, at β over all looks
/// </code>
/// Where one look shows both, a small slowdown is known well: it counts as slower.
/// </summary>
public sealed class StageTest
{
    private const int FewestPairs = 6;
    private const int CloseLooks = 12;

    /// <summary>Efficiency of the signed-rank test against the t test, of normal differences: 3 / π.</summary>
    private const double Efficiency = 3 / Math.PI;

    private readonly int[] _looks;

    /// <param name="pairs">Most of them, an even number.</param>
    public StageTest(int pairs)
    {
        if (pairs is < FewestPairs or > SequentialSignedRank.MostPairs || pairs % 2 != 0)
            throw new ArgumentOutOfRangeException(
                nameof(pairs), pairs, $"expected an even number from {FewestPairs} to {SequentialSignedRank.MostPairs}");
        _looks =
        [
            .. Enumerable.Range(FewestPairs, pairs - FewestPairs)
                .Where(n => n % (n <= CloseLooks ? 2 : 4) == 0), pairs,
        ];
        Test = new SequentialSignedRank(_looks);
    }

    /// <summary>Most pairs.</summary>
    public int Pairs => _looks[^1];

    public SequentialSignedRank Test { get; }

    /// <summary>Pairs after which it is looked.</summary>
    public IReadOnlyList<int> Looks => _looks;

    /// <param name="pairs">Those after the deciding look change nothing.</param>
    public Shown Of(PairDifferences pairs, RowBounds bounds, double alpha, double beta)
    {
        int? slower = Test.FirstRejection(pairs, Math.Log(1 + bounds.Tolerance), 1, alpha);
        int? within = Test.FirstRejection(pairs, Math.Log(1 + bounds.Budget), -1, beta);
        return slower is null && within is null ? Shown.Nothing
            : within is null || slower <= within ? Shown.Slower : Shown.WithinBudget;
    }

    /// <summary>
    /// About how many pairs would tell the budget from the tolerance: ((z(1 - α) + z(1 - β)) σ / (ln(1 + budget) - ln(1 + tolerance)))²
    /// over the test's efficiency; σ from the differences' median deviation.
    /// </summary>
    public static int PairsNeeded(PairDifferences pairs, RowBounds bounds, double alpha, double beta)
    {
        const double DeviationsOfSigma = 1.4826;
        double[] differences = pairs.First(pairs.Count, pairs.Estimate());
        double middle = differences.Median();
        double sigma = DeviationsOfSigma * differences.Select(d => Math.Abs(d - middle)).Median();
        double distance = Math.Log(1 + bounds.Budget) - Math.Log(1 + bounds.Tolerance);
        double normal = Normal.InvCDF(0, 1, 1 - alpha) + Normal.InvCDF(0, 1, 1 - beta);
        return 2 * (int)Math.Ceiling(Math.Pow(normal * sigma / distance, 2) / Efficiency / 2);
    }
}
