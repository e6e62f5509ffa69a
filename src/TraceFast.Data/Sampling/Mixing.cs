using System.Globalization;

namespace TraceFast.Data.Sampling;

/// <summary>How several data sets become one (LLaMA-Factory's mix_strategy).</summary>
public enum MixStrategy
{
    /// <summary>One after the other.</summary>
    Concat,

    /// <summary>In turn, until the first of them is exhausted.</summary>
    InterleaveUnder,

    /// <summary>In turn, starting short ones again, until every one has been exhausted once.</summary>
    InterleaveOver,
}

/// <summary>
/// The order of <c>datasets.concatenate_datasets</c> and <c>datasets.interleave_datasets(probabilities, seed, stopping_strategy)</c>
/// (datasets/arrow_dataset.py, _interleave_map_style_datasets).
/// </summary>
public static class Mixing
{
    // numpy's own tolerance for probabilities that are to sum to one: sqrt(float64 epsilon).
    private const double SumTolerance = 1.4901161193847656e-8;
    private const double MaxMixedCount = 1 << 27;

    /// <summary>(data set, record) in the mixed order.</summary>
    /// <param name="lengths">Records in each data set, none of them 0.</param>
    /// <param name="strategy">How to mix.</param>
    /// <param name="probabilities">With an interleaving strategy: the chance that each data set is drawn from; null takes turns.</param>
    /// <param name="seed">Seeds the draws.</param>
    /// <exception cref="InputException">The probabilities do not fit.</exception>
    public static List<(int Source, int Record)> Order(
        IReadOnlyList<int> lengths, MixStrategy strategy, IReadOnlyList<double>? probabilities, long seed)
    {
        Validate(lengths, strategy, probabilities, seed);
        List<(int, int)> order = new();
        if (strategy == MixStrategy.Concat || lengths.Count == 1)
        {
            for (int source = 0; source < lengths.Count; source++)
                for (int record = 0; record < lengths[source]; record++)
                    order.Add((source, record));
        }
        else if (probabilities == null)
        {
            int rounds = strategy == MixStrategy.InterleaveUnder ? lengths.Min() : lengths.Max();
            for (int round = 0; round < rounds; round++)
                for (int source = 0; source < lengths.Count; source++)
                    order.Add((source, round % lengths[source]));
        }
        else
        {
            Sample(lengths, strategy == MixStrategy.InterleaveOver, probabilities, (ulong)seed, order);
        }
        return order;
    }

    private static void Sample(
        IReadOnlyList<int> lengths, bool untilAll, IReadOnlyList<double> probabilities, ulong seed, List<(int, int)> order)
    {
        double[] cumulative = Cumulative(probabilities);
        NumpyGenerator generator = new(seed);
        int[] next = new int[lengths.Count];
        bool[] exhausted = new bool[lengths.Count];
        int left = untilAll ? lengths.Count : 1;
        while (left > 0)
        {
            int source = SearchRight(cumulative, generator.NextDouble());
            order.Add((source, next[source]));
            if (++next[source] < lengths[source])
                continue;
            next[source] = 0;
            left -= exhausted[source] ? 0 : 1;
            exhausted[source] = true;
        }
    }

    /// <summary>As Generator.choice: running sums, divided by the last.</summary>
    private static double[] Cumulative(IReadOnlyList<double> probabilities)
    {
        double[] cumulative = new double[probabilities.Count];
        double sum = 0;
        for (int i = 0; i < cumulative.Length; i++)
            cumulative[i] = sum += probabilities[i];
        for (int i = 0; i < cumulative.Length; i++)
            cumulative[i] /= sum;
        return cumulative;
    }

    /// <summary>The first place whose value is above x: numpy's searchsorted(x, side="right").</summary>
    private static int SearchRight(double[] ascending, double x)
    {
        int at = 0;
        while (at < ascending.Length - 1 && ascending[at] <= x)
            at++;
        return at;
    }

    private static void Validate(IReadOnlyList<int> lengths, MixStrategy strategy, IReadOnlyList<double>? probabilities, long seed)
    {
        if (probabilities == null)
            return;
        if (strategy == MixStrategy.Concat)
            throw new InputException(
                "interleave_probs has no meaning with mix_strategy concat; set interleave_under or interleave_over, or remove it");
        if (probabilities.Count != lengths.Count)
            throw new InputException($"interleave_probs: {probabilities.Count} numbers for {lengths.Count} data sets; give one each");
        if (probabilities.Any(p => !(p >= 0 && p <= 1)) || Math.Abs(probabilities.Sum() - 1) > SumTolerance)
            throw new InputException($"interleave_probs: {List(probabilities)} are not shares between 0 and 1 that sum to 1");
        if (seed < 0)
            throw new InputException($"seed: {seed} is negative; mixing by interleave_probs needs a seed of 0 or more");
        double expected = strategy == MixStrategy.InterleaveOver
            ? lengths.Zip(probabilities, (length, p) => length / p).Max()
            : lengths.Zip(probabilities, (length, p) => length / p).Min();
        if (!(expected <= MaxMixedCount))
            throw new InputException(
                $"interleave_probs: with {List(probabilities)} about {expected.ToString("G3", CultureInfo.InvariantCulture)} records "
                    + "would be drawn before every data set is exhausted; raise the smallest share");
    }

    private static string List(IReadOnlyList<double> numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
