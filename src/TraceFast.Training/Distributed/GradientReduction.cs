using System.Runtime.InteropServices;
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
/// its micro-batches. Sums are float32, or float64 where a parameter is, and rounded to the parameter's dtype in the end.
/// </summary>
/// <param name="parameters">P numbers in all.</param>
internal sealed class GradientReducer(IReadOnlyList<torch.Tensor> parameters, Communicator ranks, GradientReduction reduction)
{
    /// <summary>Numbers that a rank sends at a time, which bounds the buffers.</summary>
    internal const long SegmentLength = 16 << 20;

    private readonly torch.ScalarType _dtype =
        parameters.Any(p => p.dtype == torch.ScalarType.Float64) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

    /// <summary>Computes this rank's part of a step.</summary>
    /// <param name="rankOf">The rank of each of the step's micro-batches.</param>
    /// <param name="backward">Adds the gradient of some micro-batches to the parameters' .grad.</param>
    /// <returns>The sums that <see cref="Combine"/> takes; tensors of the scope in which it was called.</returns>
    public IReadOnlyList<Partial> Local(IReadOnlyList<int> rankOf, Action<IReadOnlyList<int>> backward)
    {
        int count = rankOf.Count;
        if (ranks.Size == 1 && (count == 1 || reduction == GradientReduction.Fast))
        {
            backward([.. Enumerable.Range(0, count)]);
            return []; // the sum is where it belongs
        }
        if (reduction == GradientReduction.Fast)
        {
            backward([.. Enumerable.Range(0, count).Where(i => rankOf[i] == ranks.Rank)]);
            return [new Partial(SumTree.Whole, Take())];
        }
        return [.. SumTree.Cover(count, i => rankOf[i] == ranks.Rank).Select(node => new Partial(node, node.Sum(count, Term, Add)))];

        torch.Tensor?[]? Term(SumTree node)
        {
            if (!node.IsTerm(count))
                return null;
            backward([node.First]);
            return Take();
        }
    }

    /// <summary>Puts the sum over all ranks into the parameters' .grad.</summary>
    /// <param name="rankOf">As for <see cref="Local"/>.</param>
    public void Combine(IReadOnlyList<int> rankOf, IReadOnlyList<Partial> partials)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        if (ranks.Size == 1)
        {
            if (partials is [var only])
                Put(only.Gradients);
            return;
        }
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Communication, "exchange of gradients");
        torch.Tensor[] flat = [.. partials.Select(p => Flatten(p.Gradients))];
        torch.Tensor sum = reduction == GradientReduction.Fast ? AddAll(flat[0]) : AddInOrder(rankOf, partials, flat);
        Put(Unflatten(sum));
    }

    private torch.Tensor AddAll(torch.Tensor flat)
    {
        for (long at = 0; at < flat.numel(); at += SegmentLength)
        {
            using torch.Tensor segment = flat.narrow(0, at, Math.Min(SegmentLength, flat.numel() - at));
            Span<byte> bytes = segment.bytes;
            if (_dtype == torch.ScalarType.Float64)
                ranks.Add(MemoryMarshal.Cast<byte, double>(bytes));
            else
                ranks.Add(MemoryMarshal.Cast<byte, float>(bytes));
        }
        return flat;
    }

    private torch.Tensor AddInOrder(IReadOnlyList<int> rankOf, IReadOnlyList<Partial> own, torch.Tensor[] flat)
    {
        IReadOnlyList<SumTree>[] nodes =
            [.. Enumerable.Range(0, ranks.Size).Select(rank => SumTree.Cover(rankOf.Count, i => rankOf[i] == rank))];
        long length = FlatLength, segment = Math.Max(1, SegmentLength / nodes.Max(n => n.Count));
        torch.Tensor sum = torch.empty(length, dtype: _dtype);
        for (long at = 0; at < length; at += segment)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long count = Math.Min(segment, length - at), chunk = (count + ranks.Size - 1) / ranks.Size;
            torch.Tensor sent = torch.zeros([ranks.Size, own.Count, chunk], dtype: _dtype);
            for (int rank = 0; rank < ranks.Size; rank++)
                for (int k = 0; k < own.Count && rank * chunk < count; k++)
                    sent[rank][k].narrow(0, 0, Math.Min(chunk, count - rank * chunk))
                        .copy_(flat[k].narrow(0, at + rank * chunk, Math.Min(chunk, count - rank * chunk)));
            torch.Tensor received = torch.empty([nodes.Sum(n => n.Count), chunk], dtype: _dtype);
            int bytes = checked((int)(chunk * sum.ElementSize));
            ranks.Exchange(
                sent.bytes, [.. Enumerable.Repeat(own.Count * bytes, ranks.Size)], received.bytes, [.. nodes.Select(n => n.Count * bytes)]);
            Dictionary<SumTree, torch.Tensor> known = [];
            foreach (SumTree node in nodes.SelectMany(n => n))
                known.Add(node, received[known.Count]);
            torch.Tensor added = SumTree.Whole.Sum(rankOf.Count, node => known.GetValueOrDefault(node), (a, b) => a.add_(b));
            torch.Tensor whole = torch.empty(ranks.Size * chunk, dtype: _dtype);
            ranks.GatherAll(added.bytes, whole.bytes);
            sum.narrow(0, at, count).copy_(whole.narrow(0, 0, count));
        }
        return sum;
    }

    /// <summary>All numbers of all parameters, then 1 for each parameter that has a gradient and 0 for one that has none.</summary>
    private long FlatLength => parameters.Sum(p => p.numel()) + parameters.Count;

    private torch.Tensor Flatten(torch.Tensor?[] gradients)
    {
        torch.Tensor flat = torch.zeros(FlatLength, dtype: _dtype);
        long at = 0, flag = FlatLength - parameters.Count;
        for (int i = 0; i < parameters.Count; i++)
        {
            long length = parameters[i].numel();
            if (gradients[i] is { } gradient)
            {
                using torch.Tensor target = flat.narrow(0, at, length), values = gradient.reshape(-1);
                using torch.Tensor present = flat.narrow(0, flag + i, 1);
                target.copy_(values);
                present.fill_(1);
                gradient.Dispose(); // one copy of a gradient at a time
            }
            at += length;
        }
        return flat;
    }

    private torch.Tensor?[] Unflatten(torch.Tensor flat)
    {
        torch.Tensor?[] gradients = new torch.Tensor?[parameters.Count];
        torch.Tensor flags = flat.narrow(0, FlatLength - parameters.Count, parameters.Count).to(torch.ScalarType.Float64);
        double[] present = flags.data<double>().ToArray();
        long at = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            long length = parameters[i].numel();
            if (present[i] > 0)
                gradients[i] = flat.narrow(0, at, length).view(parameters[i].shape).to(parameters[i].device);
            at += length;
        }
        return gradients;
    }

    /// <summary>The gradients since the last call, which the parameters then no longer have.</summary>
    private torch.Tensor?[] Take()
    {
        using IDisposable noGradient = torch.no_grad();
        return [.. parameters.Select(TakeOf)];

        torch.Tensor? TakeOf(torch.Tensor parameter)
        {
            torch.Tensor? gradient = parameter.grad;
            parameter.grad = null;
            if (gradient is null || gradient.dtype == _dtype)
                return gradient;
            using torch.Tensor narrow = gradient;
            return narrow.to(_dtype);
        }
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

    private void Put(torch.Tensor?[] gradients)
    {
        for (int i = 0; i < parameters.Count; i++)
            parameters[i].grad = gradients[i]?.to(parameters[i].dtype);
    }

    /// <summary>A sum of some of the step's micro-batches.</summary>
    internal sealed record Partial(SumTree Node, torch.Tensor?[] Gradients);
}
