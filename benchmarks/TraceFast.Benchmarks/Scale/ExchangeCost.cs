using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Scale;

/// <summary>
/// What W ranks exchange for one sum of P numbers, n = 4 P bytes, as counts on the longest path of any rank, like
/// <see cref="Kernels.Cost"/>. Ranks send and receive at once, at full rate, and nobody waits for a connection.
/// <code>
///   ordered   MPI_Ialltoallv of k partials, MPI_Iallgather of the sum, W - 1 messages each way (Open MPI's linear algorithms):
///             messages 2 (W - 1) a segment,  bytes (k + 1) n (W - 1) / W
///             k = 1 where W is a power of two, else the rank's micro-batches (SumTree)
///   fast      MPI_Iallreduce, a bucket of s bytes at a time:
///             W >= 4, s >= 64 KiB   halving and doubling:  messages 2 lg W,         bytes 2 s (W - 1) / W,         W a power of two
///                                   other W, p = 2^⌊lg W⌋:  messages 2 lg p + 3,     bytes 2 s (p - 1) / p + 2 s
///             else                  tree there and back:   messages 2 ⌈lg W⌉,       bytes 2 ⌈lg W⌉ s
/// </code>
/// A segment is <see cref="GradientReducer.SegmentLength"/> numbers, of all partials together, a bucket
/// <see cref="GradientBuckets.BucketBytes"/> but for the first and the last. The number that each tensor adds, which
/// says whether it has a gradient, is left out.
/// Sources: R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1), 2005
/// (formulas); Open MPI 4.1.4, coll/libnbc, nbc_iallreduce.c, nbc_ialltoallv.c, nbc_iallgather.c (which of them it chooses).
/// The linear algorithms start all messages at once, so that one alpha a message is the most that they can take.
/// </summary>
/// <param name="Messages">That follow each other, each with alpha.</param>
/// <param name="Bytes">That cross the network, each with beta.</param>
/// <param name="MemoryBytes">That this program reads and writes in memory: copies into and out of MPI's buffers, additions.</param>
public readonly record struct ExchangeCost(double Messages, double Bytes, double MemoryBytes)
{
    private const double Size = sizeof(float);
    private const double LeastForHalving = 65536;
    private const int LeastRanksForHalving = 4;

    public static ExchangeCost operator +(ExchangeCost left, ExchangeCost right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.MemoryBytes + right.MemoryBytes);

    public static ExchangeCost Add(ExchangeCost left, ExchangeCost right) => left + right;

    /// <summary>The gradient's sum over all ranks.</summary>
    /// <param name="parameters">P.</param>
    /// <param name="ranks">W.</param>
    /// <param name="microBatches">Of each rank.</param>
    public static ExchangeCost OfGradients(long parameters, int ranks, int microBatches, GradientReduction reduction) =>
        ranks == 1 ? default
        : reduction == GradientReduction.Ordered ? Ordered(parameters, ranks, PartialsOf(ranks, microBatches))
        : Fast(parameters, ranks);

    /// <summary>The sums of log-probabilities that every rank gets before the exchange of gradients: 4 a quad, and two numbers.</summary>
    /// <param name="quads">Of the whole step.</param>
    public static ExchangeCost OfSums(long quads, int ranks) =>
        ranks == 1 ? default : AllReduce(sizeof(double) * (2 + (4.0 * quads)), ranks);

    /// <summary>Partial sums that a rank sends: SumTree's cover of every W-th micro-batch.</summary>
    internal static int PartialsOf(int ranks, int microBatches) => int.IsPow2(ranks) ? 1 : microBatches;

    /// <summary>
    /// Memory, in n bytes a partial: copy into the order of the ranks 2; into and out of MPI's buffers 4; additions 3 each, of k W - 1 pieces
    /// of n / W; the sum into MPI's buffer 2 / W, out of it 2, to its place 2. All buffers are kept.
    /// </summary>
    private static ExchangeCost Ordered(long parameters, int ranks, int partials)
    {
        double n = Size * parameters, share = (ranks - 1.0) / ranks, k = partials;
        double segments = Math.Ceiling(parameters / Math.Max(1, Math.Floor(GradientReducer.SegmentLength / k)));
        return new ExchangeCost(
            segments * 2 * (ranks - 1), (k + 1) * n * share, n * ((6 * k) + (3 * (k - (1.0 / ranks))) + (2.0 / ranks) + 4));
    }

    /// <summary>Memory: the copy into the run 2, and MPI's additions, for which it has a buffer that is smaller than a bucket.</summary>
    private static ExchangeCost Fast(long parameters, int ranks)
    {
        long bytes = (long)Size * parameters, first = Math.Min(bytes, GradientBuckets.FirstBucketBytes);
        (long whole, long rest) = Math.DivRem(bytes - first, GradientBuckets.BucketBytes);
        ExchangeCost bucket = AllReduce(GradientBuckets.BucketBytes, ranks);
        return AllReduce(first, ranks) + (rest > 0 ? AllReduce(rest, ranks) : default) + new ExchangeCost(
            whole * bucket.Messages, whole * bucket.Bytes, (whole * bucket.MemoryBytes) + (2 * bytes));
    }

    /// <summary>MPI_Iallreduce of s bytes; an addition reads two numbers and writes one; halving begins with a copy.</summary>
    private static ExchangeCost AllReduce(double s, int ranks)
    {
        int steps = int.Log2(ranks), power = 1 << steps;
        double share = (power - 1.0) / power;
        return ranks < LeastRanksForHalving || s < LeastForHalving
            ? Tree(s, power == ranks ? steps : steps + 1)
            : power == ranks ? new ExchangeCost(2 * steps, 2 * s * share, (3 * s * share) + (2 * s))
            : new ExchangeCost((2 * steps) + 3, (2 * s * share) + (2 * s), (3 * s * share) + (1.5 * s) + (2 * s));
    }

    private static ExchangeCost Tree(double s, int levels) => new(2 * levels, 2 * levels * s, 3 * levels * s);
}
