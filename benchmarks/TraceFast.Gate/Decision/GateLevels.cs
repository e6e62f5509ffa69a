namespace TraceFast.Gate.Decision;

/// <summary>
/// Error rates of a gate run over m rows: at most <see cref="FalseAlarms"/> of all runs without a slowdown fail.
/// <code>
///   screening      each row at α₁; rows that show slower, m' of them, go on
///   confirmation   new processes in other layouts, Holm's procedure over the m' rows at α₂ = α / min(1, m α₁)
///   P(fails) ≤ P(m' > 0) α₂ ≤ min(1, m α₁) α₂ = α
/// </code>
/// since the confirmation has data of its own, so that Holm's bound holds given any m'. A slowdown of the budget is missed by the screening
/// with at most β in a row, and by the confirmation with at most β.
/// Sources: S. Holm, Scand. J. Stat. 6 (1979); Y. Ye, A. Li, L. Liu, B. Yao, Stat. Med. 32 (2013) (Holm's procedure with looks).
/// </summary>
public sealed record GateLevels
{
    /// <summary>α, over all rows.</summary>
    public double FalseAlarms { get; init; } = 0.01;

    /// <summary>α₁.</summary>
    public double Screening { get; init; } = 0.05;

    /// <summary>β, of a row and stage.</summary>
    public double Missed { get; init; } = 0.02;

    /// <summary>α₂ of a run over so many rows.</summary>
    public double Confirmation(int rows) => FalseAlarms / Math.Min(1, rows * Screening);

    /// <summary>Holm's procedure over what the rows of the confirmation show.</summary>
    /// <param name="shown">What row i shows at level α.</param>
    /// <param name="rows">m'.</param>
    /// <param name="alpha">α₂.</param>
    public static Shown[] Holm(Func<int, double, Shown> shown, int rows, double alpha)
    {
        Shown[] results = new Shown[rows];
        for (bool more = true; more;)
        {
            more = false;
            int slower = results.Count(r => r == Shown.Slower);
            for (int row = 0; row < rows; row++)
                if (results[row] != Shown.Slower && shown(row, alpha / (rows - slower)) is var now && now != results[row])
                {
                    results[row] = now;
                    more |= now == Shown.Slower;
                }
        }
        return results;
    }
}
