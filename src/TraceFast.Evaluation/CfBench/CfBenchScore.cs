using TraceFast.Evaluation.PublishedCode;

namespace TraceFast.Evaluation.CfBench;

/// <summary>
/// CFBench's figures of one record (arXiv 2408.01122, section 3.5, as its published code computes them).
/// CSR = mean of the criteria's scores, 2 decimals. ISR = 1 where that rounded CSR is 1. PSR = 0 where a primary criterion failed; 1 where all are primary; else
/// 1 where 0.5 + 0.5 (mean of the secondary scores, 2 decimals) > 0.8; with secondary ones only, or scores that were picked, 1 where CSR > 0.8.
/// </summary>
/// <param name="Csr">Constraint satisfaction rate.</param>
/// <param name="Isr">Instruction satisfaction rate, 0 or 1.</param>
/// <param name="Psr">Priority satisfaction rate, 0 or 1.</param>
public readonly record struct CfBenchScore(double Csr, double Isr, double Psr)
{
    private const double Enough = 0.8;

    /// <param name="reading">The scores and how they were read.</param>
    /// <param name="isPrimary">For each criterion.</param>
    /// <exception cref="ArgumentException">Read as a whole, and yet another number of scores than of criteria.</exception>
    public static CfBenchScore Of(CfBenchReading reading, IReadOnlyList<bool> isPrimary)
    {
        double[] scores = reading.Values;
        double csr = Rounded.Numpy(Rounded.Mean(scores), 2);
        bool passes = reading.Parsing switch
        {
            Parsing.Failed => false,
            Parsing.Picked => csr > Enough,
            _ => ByPriority(scores, isPrimary, csr),
        };
        return new CfBenchScore(csr, csr < 1 ? 0 : 1, passes ? 1 : 0);
    }

    private static bool ByPriority(double[] scores, IReadOnlyList<bool> isPrimary, double csr)
    {
        if (scores.Length != isPrimary.Count)
            throw new ArgumentException($"{scores.Length} scores for {isPrimary.Count} criteria", nameof(scores));
        double[] secondary = [.. scores.Where((_, i) => !isPrimary[i])];
        if (scores.Where((_, i) => isPrimary[i]).Contains(0))
            return false;
        if (secondary.Length == scores.Length)
            return csr > Enough;
        return secondary.Length == 0 || 0.5 + (0.5 * Rounded.Numpy(Rounded.Mean(secondary), 2)) > Enough;
    }

    /// <summary>A set's figures: means over its records, each rounded to 2 decimals; null: it has no record.</summary>
    public static CfBenchScore? OfSet(IReadOnlyList<CfBenchScore> records)
    {
        if (records.Count == 0)
            return null;
        return new CfBenchScore(Mean(records, s => s.Csr), Mean(records, s => s.Isr), Mean(records, s => s.Psr));
    }

    private static double Mean(IReadOnlyList<CfBenchScore> records, Func<CfBenchScore, double> of) => Rounded.Numpy(Rounded.Mean([.. records.Select(of)]), 2);
}
