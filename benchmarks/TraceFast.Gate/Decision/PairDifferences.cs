using MathNet.Numerics.Statistics;

namespace TraceFast.Gate.Decision;

/// <summary>What one process printed for a row, and for the control that it timed beside it; 1 where there is none.</summary>
public readonly record struct Figure(double Value, double Control = 1);

/// <summary>
/// The slowdown of head against base in neighboring processes, less what the controls explain of it, and what is said of it:
/// <code>
///   y = ± ln value,  c = ± ln control                            of a process; + where less is better
///   e_i(δ) = (y_head,i - δ) - y_base,i - b (c_head,i - c_base,i)  pair i, if head is slower by the factor exp(δ)
///   b = (Σ (y - ȳ)(c - c̄) + κ) / (Σ (c - c̄)² + κ)                over the processes of both arms, y of head less δ;  κ = 4 (0.01)²
///   estimate = exp(δ) - 1 at which the median of (e_i + e_j) / 2 over i ≤ j is 0        Hodges-Lehmann, of the signed-rank test
///   interval = those δ that the sequential test of e(δ) has not rejected, from above or below
/// </code>
/// A row feels a busy neighbor of its core or cache more than the control does, or less: b says how much, from the figures at hand. κ pulls
/// it to 1, a plain ratio, where the controls hardly differ (as four processes would whose controls differ by 1 %). If head is slower by
/// exp(δ) and nothing else, exchanging the two processes of a pair leaves b as it is and turns the sign of e_i alone: the test stays exact.
/// The interval holds at any look (a repeated confidence interval). It is over processes: iterations of one process share its memory
/// layout and say nothing about another's.
/// Sources: J. L. Hodges, E. L. Lehmann, Ann. Math. Stat. 34 (1963); C. Jennison, B. W. Turnbull, J. R. Stat. Soc. B 51 (1989); controls as
/// covariates in a test by permutation: P. R. Rosenbaum, Stat. Sci. 17 (2002).
/// </summary>
public sealed class PairDifferences
{
    private const int Halvings = 40;
    private const double Prior = 4 * 0.01 * 0.01; // κ
    private const int EstimateSteps = 3;

    private readonly (double Value, double Control)[] _base, _head;

    /// <param name="pairs">In the order in which they were measured.</param>
    /// <param name="lessIsBetter">Of the figure: times, bytes. Else it is a rate.</param>
    public PairDifferences(IEnumerable<(Figure Base, Figure Head)> pairs, bool lessIsBetter)
    {
        int sign = lessIsBetter ? 1 : -1;
        (Figure Base, Figure Head)[] all = [.. pairs];
        _base = [.. all.Select(p => Logs(p.Base))];
        _head = [.. all.Select(p => Logs(p.Head))];
        (double, double) Logs(Figure figure) => (sign * Math.Log(figure.Value), sign * Math.Log(figure.Control));
    }

    public int Count => _base.Length;

    /// <summary>e(δ) of the first pairs.</summary>
    /// <param name="delta">ln of the slowdown that is supposed.</param>
    public double[] First(int count, double delta)
    {
        double b = Slope(count, delta);
        double[] differences = new double[count];
        for (int i = 0; i < count; i++)
            differences[i] = _head[i].Value - delta - _base[i].Value - b * (_head[i].Control - _base[i].Control);
        return differences;
    }

    /// <summary>ln of the slowdown; NaN without pairs.</summary>
    public double Estimate()
    {
        double delta = PseudoMedian(First(Count, 0));
        for (int step = 1; step < EstimateSteps; step++) // b depends on δ, a little
            delta += PseudoMedian(First(Count, delta));
        return delta;
    }

    /// <summary>A bound is infinite where there are too few pairs for one.</summary>
    /// <param name="level">Of the interval, such as 0.95.</param>
    public (double Low, double High) Interval(SequentialSignedRank test, double level) =>
        (Bound(test, 1, (1 - level) / 2), Bound(test, -1, (1 - level) / 2));

    /// <summary>Median of the means of all pairs of numbers.</summary>
    internal static double PseudoMedian(ReadOnlySpan<double> differences)
    {
        List<double> means = [];
        for (int i = 0; i < differences.Length; i++)
            for (int j = i; j < differences.Length; j++)
                means.Add((differences[i] + differences[j]) / 2);
        return means.Median();
    }

    /// <summary>The δ farthest to a side of which the test says that the differences lie beyond it.</summary>
    /// <param name="sign">1: the lower bound; -1: the upper one.</param>
    private double Bound(SequentialSignedRank test, int sign, double alpha)
    {
        if (Count == 0)
            return sign * double.NegativeInfinity;
        double[] differences = First(Count, 0);
        double spread = Math.Max(differences.Max() - differences.Min(), 1e-9);
        double outside = sign > 0 ? differences.Min() - spread : differences.Max() + spread;
        double inside = sign > 0 ? differences.Max() : differences.Min();
        if (test.FirstRejection(this, outside, sign, alpha) is null)
            return sign * double.NegativeInfinity;
        for (int halving = 0; halving < Halvings; halving++)
        {
            double middle = (outside + inside) / 2;
            if (test.FirstRejection(this, middle, sign, alpha) is null)
                inside = middle;
            else
                outside = middle;
        }
        return outside;
    }

    /// <summary>b of the first pairs.</summary>
    private double Slope(int count, double delta)
    {
        double value = 0, control = 0;
        for (int i = 0; i < count; i++)
        {
            value += _base[i].Value + _head[i].Value - delta;
            control += _base[i].Control + _head[i].Control;
        }
        (value, control) = (value / (2 * count), control / (2 * count));
        double products = Prior, squares = Prior;
        for (int i = 0; i < count; i++)
        {
            (double y, double c) = (_base[i].Value - value, _base[i].Control - control);
            (double z, double d) = (_head[i].Value - delta - value, _head[i].Control - control);
            products += y * c + z * d;
            squares += c * c + d * d;
        }
        return products / squares;
    }
}
