using TraceFast.Training.Steps;

namespace TraceFast.Training.Distributed;

/// <summary>
/// The ordered sum of the ranks' partial sums, as <see cref="GradientReducer"/> has it, a segment of the run of numbers at a time. The
/// segments' buffers are kept from step to step; the sum takes the memory of the rank's first partial.
/// </summary>
/// <param name="segmentLength">Numbers that a rank sends at a time, which bounds the buffers.</param>
internal sealed class OrderedSums(GradientRun run, int ranks, ICollectives collectives, long segmentLength) : IDisposable
{
    private readonly Buffer _sent = new(run.Dtype, collectives.Device);
    private readonly Buffer _received = new(run.Dtype, collectives.Device);
    private readonly Buffer _whole = new(run.Dtype, collectives.Device);

    /// <summary>The gradients' sums over all ranks; null for a parameter that has a gradient on none.</summary>
    /// <param name="count">N, the step's micro-batches.</param>
    /// <param name="nodes">The sums that each rank has, by rank.</param>
    /// <param name="own">The gradients of this rank's, which are used up.</param>
    public torch.Tensor?[] Add(int count, IReadOnlyList<SumTree>[] nodes, IReadOnlyList<torch.Tensor?[]> own)
    {
        torch.Tensor?[][] partials = [.. own.Select(gradients => (torch.Tensor?[])[.. gradients, run.Flags(gradients)])];
        // The memory is that of the first partial; what it lacks stays lacking there.
        torch.Tensor?[] sums = partials.Length > 0 ? [.. partials[0]] : new torch.Tensor?[run.FlagsEntry + 1];
        sums[^1] ??= torch.empty(run.FlagsEntry, dtype: run.Dtype);
        long segment = Math.Max(run.FlagsEntry, segmentLength / nodes.Max(n => n.Count));
        bool[]? present = null;
        // From the end: the flags come first, and say which parameters have a sum.
        for (long end = run.Length; end > 0;)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long begin = Math.Max(0, end - segment);
            torch.Tensor whole = Add(count, nodes, partials, begin, end);
            foreach ((int entry, long first, long length) in run.Within(begin, end))
            {
                if (entry < run.FlagsEntry)
                {
                    present ??= GradientRun.Present(sums[^1]!);
                    if (!present[entry])
                        continue;
                    sums[entry] ??= torch.empty_like(run.Parameters[entry], dtype: run.Dtype).MoveToOuterDisposeScope();
                }
                Part(sums[entry]!, entry, first, length).copy_(whole.narrow(0, first - begin, length));
            }
            end = begin;
        }
        return sums[..run.FlagsEntry];
    }

    public void Dispose()
    {
        _sent.Dispose();
        _received.Dispose();
        _whole.Dispose();
    }

    /// <summary>The sum of a part of the run [end - begin, and what makes it a multiple of the ranks].</summary>
    private torch.Tensor Add(int count, IReadOnlyList<SumTree>[] nodes, torch.Tensor?[][] partials, long begin, long end)
    {
        long chunk = (end - begin + ranks - 1) / ranks;
        torch.Tensor sent = _sent.Hold(ranks, partials.Length, chunk);
        torch.Tensor received = _received.Hold(nodes.Sum(n => n.Count), chunk);
        torch.Tensor whole = _whole.Hold(ranks * chunk);
        for (int rank = 0; rank < ranks; rank++)
            for (int k = 0; k < partials.Length; k++)
                Copy(partials[k], Math.Min(end, begin + (rank * chunk)), Math.Min(end, begin + ((rank + 1) * chunk)), sent[rank][k]);
        collectives.Exchange(
            sent, [.. Enumerable.Repeat(partials.Length * chunk, ranks)], received, [.. nodes.Select(n => n.Count * chunk)]);
        Dictionary<SumTree, torch.Tensor> known = [];
        foreach (SumTree node in nodes.SelectMany(n => n))
            known.Add(node, received[known.Count]);
        torch.Tensor added = SumTree.Whole.Sum(count, node => known.GetValueOrDefault(node), (a, b) => a.add_(b));
        collectives.GatherAll(added, whole);
        return whole;
    }

    /// <summary>Numbers of the run from one place to another; 0 for gradients that are missing.</summary>
    private void Copy(torch.Tensor?[] gradients, long from, long to, torch.Tensor target)
    {
        foreach ((int entry, long first, long length) in run.Within(from, to))
        {
            torch.Tensor part = target.narrow(0, first - from, length);
            if (gradients[entry] is { } gradient)
                part.copy_(Part(gradient, entry, first, length));
            else
                part.zero_();
        }
    }

    private torch.Tensor Part(torch.Tensor gradient, int entry, long first, long length) =>
        gradient.view(-1).narrow(0, first - run.StartOf(entry), length);

    /// <summary>Memory that grows as it is needed.</summary>
    private sealed class Buffer(torch.ScalarType dtype, torch.Device device) : IDisposable
    {
        private torch.Tensor? _memory;

        /// <summary>A tensor of this shape, which has what was in the memory before.</summary>
        public torch.Tensor Hold(params long[] shape)
        {
            long length = shape.Aggregate(1L, (a, b) => a * b);
            if (_memory is null || _memory.numel() < length)
            {
                _memory?.Dispose();
                _memory = torch.zeros(length, dtype: dtype, device: device).DetachFromDisposeScope();
            }
            return _memory.narrow(0, 0, length).view(shape);
        }

        public void Dispose() => _memory?.Dispose();
    }
}
