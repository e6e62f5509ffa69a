using TraceFast.Kernels.Profiling;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Distributed;

/// <summary>How the gradients of a step's micro-batches are added up.</summary>
public enum GradientReduction
{
    /// <summary>By <see cref="SumTree"/> over the step's micro-batches: the same bits for any number of ranks.</summary>
    Ordered,

    /// <summary>Micro-batches share packs, and the ranks' sums are added in MPI's order.</summary>
    Fast,
}

/// <summary>
/// Adds the gradients of a step's micro-batches into the parameters' .grad. Ordered, for N micro-batches on W ranks:
/// <code>
///   local     each rank:   partial[node] = Σ of its own micro-batches, for each node of SumTree.Cover     [P] each
///   exchange  to rank n:   chunk n of all its partials                                                   MPI_Ialltoallv
///   add       rank n:      chunk n of the whole sum, by SumTree over the partials of all ranks           [P / W]
///   gather    all ranks:   the chunks                                                                    MPI_Iallgather
/// </code>
/// With W a power of two a rank has one partial, so it sends and receives 2 P (W - 1) / W numbers; with another W it has one for each of
/// its micro-batches. Fast: <see cref="GradientBuckets"/>, which begin while the last backward pass of the step goes on. Sums are float32,
/// or float64 where a parameter is, and rounded to the parameter's dtype in the end.
/// </summary>
internal sealed class GradientReducer : IDisposable
{
    /// <summary>Numbers that a rank sends at a time in an ordered sum.</summary>
    internal const long SegmentLength = 16 << 20;

    private readonly Communicator _ranks;
    private readonly GradientReduction _reduction;
    private readonly GradientRun _run;
    private readonly OrderedSums? _ordered;
    private readonly GradientBuckets? _buckets;

    private int[] _rankOf = [];
    private IReadOnlyList<SumTree>[] _nodes = [];

    /// <param name="parameters">P numbers in all.</param>
    /// <param name="collectives">What carries the sums, on whose device they are added; null: <paramref name="ranks"/>.</param>
    /// <param name="completeAfter">As for <see cref="GradientBuckets"/>; null: at the end, all.</param>
    /// <param name="bucketBytes">As for <see cref="GradientBuckets"/>.</param>
    /// <param name="segmentLength">As for <see cref="OrderedSums"/>.</param>
    public GradientReducer(
        IReadOnlyList<torch.Tensor> parameters, Communicator ranks, GradientReduction reduction, ICollectives? collectives = null,
        IReadOnlyList<int>? completeAfter = null, int bucketBytes = GradientBuckets.BucketBytes, long segmentLength = SegmentLength)
    {
        (_ranks, _reduction) = (ranks, reduction);
        _run = new GradientRun(parameters);
        if (ranks.Size == 1)
            return;
        collectives ??= new HostCollectives(ranks);
        if (reduction == GradientReduction.Ordered)
            _ordered = new OrderedSums(_run, ranks.Size, collectives, segmentLength);
        else
            _buckets = new GradientBuckets(
                parameters, completeAfter ?? [.. Enumerable.Repeat(-1, parameters.Count)], collectives, bucketBytes);
    }

    /// <summary>
    /// Bytes that a rank's sums take beside the gradients of the micro-batch that is computed, and those of the exchange's buffers, where
    /// all gradients take n bytes and a rank has k partial sums (1 where the ranks are a power of two, else its micro-batches):
    /// <code>
    ///   ordered   sums max(k - 1, ⌈lg micro-batches⌉) n,   buffers 4 k + 1 segments of n / k bytes at most (<see cref="OrderedSums"/>
    ///             has half of them, MPI copies what it sends and receives)
    ///   fast      sums 0,   buffers 2 n: what is sent, and the sums (<see cref="GradientBuckets"/>)
    ///   one rank  no buffers
    /// </code>
    /// </summary>
    /// <param name="gradientBytes">n.</param>
    /// <param name="microBatches">Of a rank.</param>
    public static (double Sums, double Buffers) BytesOf(
        double gradientBytes, int ranks, int microBatches, GradientReduction reduction)
    {
        if (reduction == GradientReduction.Fast)
            return (0, ranks == 1 ? 0 : 2 * gradientBytes);
        int partials = ranks == 1 ? 1 : SumTree.Cover(microBatches * ranks, i => i % ranks == 0).Count;
        double segment = Math.Min(gradientBytes, (double)SegmentLength * sizeof(float) / partials);
        return (
            Math.Max(partials - 1, Math.Ceiling(Math.Log2(microBatches))) * gradientBytes, ranks == 1 ? 0 : (4 * partials + 1) * segment);
    }

    /// <summary>Where sums begin during a backward pass, what the last one of a step tells of each layer; else null.</summary>
    public Action<int>? LayerDone => _buckets is null ? null : _buckets.LayerDone;

    /// <summary>Computes this rank's part of a step.</summary>
    /// <param name="rankOf">The rank of each of the step's micro-batches.</param>
    /// <param name="backward">Adds the gradient of some micro-batches to the parameters' .grad.</param>
    /// <returns>The sums that <see cref="Combine"/> takes; tensors of the scope in which it was called.</returns>
    public IReadOnlyList<Partial> Local(IReadOnlyList<int> rankOf, Action<IReadOnlyList<int>> backward)
    {
        int count = rankOf.Count;
        if (_ranks.Size == 1 && (count == 1 || _reduction == GradientReduction.Fast))
        {
            backward([.. Enumerable.Range(0, count)]);
            return []; // the sum is where it belongs
        }
        if (_buckets is null)
            return [.. NodesOf(rankOf)[_ranks.Rank].Select(node => new Partial(node, node.Sum(count, Term, Add)))];
        _buckets.Begin();
        try
        {
            backward([.. Enumerable.Range(0, count).Where(i => rankOf[i] == _ranks.Rank)]);
        }
        catch (OperationCanceledException)
        {
            _buckets.Finish(); // as the other ranks do, which do not know yet
            throw;
        }
        _buckets.Finish();
        return [];

        torch.Tensor?[]? Term(SumTree node)
        {
            if (!node.IsTerm(count))
                return null;
            backward([node.First]);
            return _run.Take();
        }
    }

    /// <summary>Puts the sum over all ranks into the parameters' .grad.</summary>
    /// <param name="rankOf">As for <see cref="Local"/>.</param>
    public void Combine(IReadOnlyList<int> rankOf, IReadOnlyList<Partial> partials)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        if (_ranks.Size == 1)
        {
            if (partials is [var only])
                _run.Put(only.Gradients);
            return;
        }
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Communication, "exchange of gradients");
        _buckets?.Wait();
        if (_ordered is not null)
            _run.Put(_ordered.Add(rankOf.Count, NodesOf(rankOf), [.. partials.Select(p => p.Gradients)]));
    }

    public void Dispose()
    {
        _ordered?.Dispose();
        _buckets?.Dispose();
    }

    /// <summary>The partial sums of each rank; the same for all steps but an epoch's last.</summary>
    private IReadOnlyList<SumTree>[] NodesOf(IReadOnlyList<int> rankOf)
    {
        if (!rankOf.SequenceEqual(_rankOf))
            (_rankOf, _nodes) = (
                [.. rankOf], [.. Enumerable.Range(0, _ranks.Size).Select(rank => SumTree.Cover(rankOf.Count, i => rankOf[i] == rank))]);
        return _nodes;
    }

    private static torch.Tensor?[] Add(torch.Tensor?[] left, torch.Tensor?[] right)
    {
        using IDisposable noGradient = torch.no_grad();
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] is not null && right[i] is not null)
            {
                left[i]!.add_(right[i]!);
                right[i]!.Dispose();
            }
            left[i] ??= right[i];
        }
        return left;
    }

    /// <summary>A sum of some of the step's micro-batches.</summary>
    internal sealed record Partial(SumTree Node, torch.Tensor?[] Gradients);
}
