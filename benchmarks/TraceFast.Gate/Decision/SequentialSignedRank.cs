namespace TraceFast.Gate.Decision;

/// <summary>
/// Group-sequential signed-rank test, one-sided, of H0: the differences d lie symmetrically around 0 (or below), against: above.
/// <code>
///   W_k = Σ rank(|d_i|) over the d_i > 0 of the first n_k     at look k; ranks among those n_k, mid-ranks of ties, a zero adds nothing
///   c_k = the least c with  P(W_j &lt; c_j for all j &lt; k, W_k ≥ c)  ≤  a(n_k / N) - what the looks before have spent
///   a(t) = α ln(1 + (e - 1) t)                                 α that may be spent up to look k of N pairs
/// </code>
/// P is over the signs, which under H0 are independent and even, given the |d|: no distribution is assumed, and the repeated looks
/// together err in at most a share α of all runs. Signs of the first <see cref="Enumerated"/> pairs are enumerated, those of later ones
/// drawn once and for all.
/// Sources: F. Wilcoxon, Biometrics Bulletin 1 (1945); S. J. Pocock, Biometrika 64 (1977); K. K. G. Lan, D. L. DeMets, Biometrika 70
/// (1983), the function α₂.
/// </summary>
/// <param name="looks">Numbers of pairs after which it is looked, ascending; the last one is N.</param>
public sealed class SequentialSignedRank(IReadOnlyList<int> looks)
{
    /// <summary>Most pairs of a test.</summary>
    public const int MostPairs = 64;

    private const int Enumerated = 13;
    private const int Draws = 1 << Enumerated;

    private static readonly ulong[] s_signs = [.. Enumerable.Range(0, Draws).Select(Signs)];

    // Of a thread's tests, one after the other: calibrations make many.
    [ThreadStatic]
    private static bool[]? s_crossed;

    [ThreadStatic]
    private static int[]? s_sums;

    /// <summary>The first look at which H0 is rejected; null: none of those that there are pairs for.</summary>
    /// <param name="pairs">In the order in which they were measured.</param>
    /// <param name="delta">The differences lie around it or on its far side: H0.</param>
    /// <param name="sign">1: below; -1: above.</param>
    /// <param name="alpha">Most errors of all looks together, between 0 and 1.</param>
    public int? FirstRejection(PairDifferences pairs, double delta, int sign, double alpha) => FirstRejection(
        count =>
        {
            double[] seen = pairs.First(count, delta);
            foreach (ref double d in seen.AsSpan())
                d *= sign;
            return seen;
        },
        pairs.Count, alpha);

    /// <param name="first">The differences of so many pairs, the first ones.</param>
    /// <param name="count">All pairs.</param>
    internal int? FirstRejection(Func<int, double[]> first, int count, double alpha)
    {
        if (looks[^1] > MostPairs)
            throw new ArgumentException($"{looks[^1]} pairs; expected at most {MostPairs}");
        s_crossed ??= new bool[Draws];
        s_sums ??= new int[Draws];
        (bool[] crossed, int[] sums) = (s_crossed, s_sums);
        Array.Clear(crossed);
        int spent = 0;
        for (int look = 0; look < looks.Count && looks[look] <= count; look++)
        {
            (int[] ranks, int observed) = DoubledRanks(first(looks[look]));
            Sum(ranks, sums);
            int allowed = (int)(Draws * Spent(alpha, (double)looks[look] / looks[^1])) - spent;
            int critical = Critical(sums, crossed, ranks.Sum(), allowed);
            if (observed >= critical)
                return look;
            for (int draw = 0; draw < Draws; draw++)
                if (!crossed[draw] && sums[draw] >= critical)
                {
                    crossed[draw] = true;
                    spent++;
                }
        }
        return null;
    }

    /// <summary>a(t).</summary>
    internal static double Spent(double alpha, double share) => alpha * Math.Log(1 + (Math.E - 1) * share);

    /// <summary>Twice the ranks of |d|, which are whole numbers also where they are shared, and twice W.</summary>
    private static (int[] Ranks, int Observed) DoubledRanks(ReadOnlySpan<double> differences)
    {
        double[] sizes = new double[differences.Length];
        int[] order = new int[sizes.Length], ranks = new int[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
            (sizes[i], order[i]) = (Math.Abs(differences[i]), i);
        Array.Sort(sizes, order);
        for (int first = 0; first < sizes.Length;)
        {
            int end = first + 1;
            while (end < sizes.Length && sizes[end] == sizes[first])
                end++;
            for (int i = first; i < end; i++)
                ranks[order[i]] = sizes[first] == 0 ? 0 : first + end + 1; // twice the mean of first + 1 .. end
            first = end;
        }
        int observed = 0;
        for (int i = 0; i < ranks.Length; i++)
            observed += differences[i] > 0 ? ranks[i] : 0;
        return (ranks, observed);
    }

    /// <summary>Twice W for every draw of signs, by a table for each eight pairs.</summary>
    private static void Sum(int[] ranks, int[] sums)
    {
        Array.Clear(sums);
        Span<int> table = stackalloc int[256];
        table[0] = 0;
        for (int first = 0; first < ranks.Length; first += 8)
        {
            for (int bits = 1; bits < table.Length; bits++)
            {
                int pair = first + int.TrailingZeroCount(bits);
                table[bits] = table[bits & (bits - 1)] + (pair < ranks.Length ? ranks[pair] : 0);
            }
            for (int draw = 0; draw < Draws; draw++)
                sums[draw] += table[(byte)(s_signs[draw] >> first)];
        }
    }

    /// <summary>The least sum that at most <paramref name="allowed"/> draws reach which have not crossed before.</summary>
    private static int Critical(int[] sums, bool[] crossed, int largest, int allowed)
    {
        int[] draws = new int[largest + 1];
        for (int draw = 0; draw < Draws; draw++)
            if (!crossed[draw])
                draws[sums[draw]]++;
        int critical = largest + 1;
        for (int above = 0; critical > 0 && above + draws[critical - 1] <= allowed; critical--)
            above += draws[critical - 1];
        return critical;
    }

    /// <summary>A bit a pair: all combinations of the first ones, beside drawn ones (splitmix64) of the others.</summary>
    private static ulong Signs(int draw)
    {
        ulong z = (ulong)(draw + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) << Enumerated | (uint)draw;
    }
}
