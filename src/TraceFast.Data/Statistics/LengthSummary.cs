using System.Numerics;

namespace TraceFast.Data.Statistics;

/// <summary>How many lengths lie from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
public sealed record LengthBin(int From, int To, int Count);

/// <summary>A distribution of lengths.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Total">Their sum.</param>
/// <param name="Min">The shortest.</param>
/// <param name="Mean">Total / Count; 0 where there are none.</param>
/// <param name="P50">The median; like the other percentiles the smallest length that at least this share does not exceed.</param>
/// <param name="P90">90 % are at most this long.</param>
/// <param name="P99">99 % are at most this long.</param>
/// <param name="Max">The longest.</param>
/// <param name="Histogram">Bins 0, 1, 2-3, 4-7, ... from the shortest to the longest; empty ones between them included.</param>
public sealed record LengthSummary(
    int Count, long Total, int Min, double Mean, int P50, int P90, int P99, int Max, IReadOnlyList<LengthBin> Histogram)
{
    public static LengthSummary Of(IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths.Order()];
        if (sorted.Length == 0)
            return new(0, 0, 0, 0, 0, 0, 0, 0, []);
        long total = sorted.Sum(length => (long)length);
        return new(sorted.Length, total, sorted[0], total / (double)sorted.Length,
            Percentile(sorted, 50), Percentile(sorted, 90), Percentile(sorted, 99), sorted[^1], Bins(sorted));
    }

    /// <summary>Nearest rank: the ceil(p/100 * n)-th smallest.</summary>
    private static int Percentile(int[] sorted, int percent) =>
        sorted[(int)(((long)sorted.Length * percent + 99) / 100) - 1];

    private static List<LengthBin> Bins(int[] sorted)
    {
        int first = BinOf(sorted[0]);
        int[] counts = new int[BinOf(sorted[^1]) - first + 1];
        foreach (int length in sorted)
            counts[BinOf(length) - first]++;
        return [.. counts.Select((count, i) =>
        {
            int bin = first + i;
            return bin == 0 ? new LengthBin(0, 0, count) : new LengthBin(1 << (bin - 1), (int)((1L << bin) - 1), count);
        })];
    }

    private static int BinOf(int length) => BitOperations.Log2((uint)length) + (length == 0 ? 0 : 1);
}
