namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention in libtorch operations, one block of query rows at a time; formula and shapes at <see cref="TreeAttentionKernel"/>.
/// Query heads that share a KV head are rows of one product, so that keys and values are never repeated. Gathers are
/// split and cat, whose gradients are cat and split: the same bits every run. Masks are cached in the layout.
/// </summary>
public sealed class TiledTreeAttention() : TreeAttentionKernel(KernelProvider.Tiled)
{
    private const int RowsPerBlock = 256;

    protected override torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        if (layout.TokenCount == 0)
            return q.clone();
        using DisposeScope scope = torch.NewDisposeScope();
        long tokens = q.shape[0];
        long kvHeads = k.shape[1];
        long group = q.shape[1] / kvHeads;
        long headDim = q.shape[2];
        Plan plan = layout.Cached(
            new PlanKey(window, Precision.Accumulation(q.dtype), q.device.ToString()),
            () => new Plan(layout, window, Precision.Accumulation(q.dtype), q.device));

        torch.Tensor[] queries = (q * scale).view(tokens, kvHeads, group, headDim) // [N, Hk, G, D]
            .permute(1, 2, 0, 3).split(plan.RowSizes, 2); // [Hk, G, rows, D]
        torch.Tensor[] keys = k.transpose(0, 1).contiguous().split(plan.SegmentSizes, 1); // [Hk, length, D]
        torch.Tensor[] values = v.transpose(0, 1).contiguous().split(plan.SegmentSizes, 1);
        torch.Tensor[] outputs = new torch.Tensor[plan.Blocks.Count];
        for (int b = 0; b < outputs.Length; b++)
        {
            AttentionBlock block = plan.Blocks[b];
            torch.Tensor rows = queries[b].reshape(kvHeads, group * block.Rows, headDim);
            torch.Tensor o = Attend(rows, Gather(keys, block), Gather(values, block), plan.Masks[b], block.Rows, softcap);
            outputs[b] = o.view(kvHeads, group, block.Rows, headDim);
        }
        return torch.cat(outputs, 2).permute(2, 0, 1, 3).reshape(tokens, kvHeads * group, headDim).MoveToOuterDisposeScope();
    }

    // q [Hk, G * rows, D], scaled; k, v [Hk, keys, D]; mask [rows, keys] or null.
    private static torch.Tensor Attend(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor? mask, int rows, double? softcap)
    {
        torch.Tensor s = torch.bmm(q, k.transpose(1, 2)).to(Precision.Accumulation(q.dtype)); // [Hk, G * rows, keys]
        if (softcap is double cap)
            s = (s / cap).tanh() * cap;
        if (mask is not null)
            s = (s.view(s.shape[0], -1, rows, s.shape[2]) + mask).view(s.shape);
        return torch.bmm(s.softmax(-1).to(q.dtype), v);
    }

    private static torch.Tensor Gather(torch.Tensor[] segments, AttentionBlock block)
    {
        torch.Tensor[] runs = Array.ConvertAll(block.Keys, run => run.Count == segments[run.Segment].shape[1]
            ? segments[run.Segment]
            : segments[run.Segment].narrow(1, run.Row, run.Count));
        return runs.Length == 1 ? runs[0] : torch.cat(runs, 1);
    }

    private sealed record PlanKey(int? Window, torch.ScalarType Dtype, string Device);

    private sealed class Plan : IDisposable
    {
        public Plan(TreeLayout layout, int? window, torch.ScalarType dtype, torch.Device device)
        {
            Blocks = AttentionBlock.Cut(layout, window, RowsPerBlock);
            RowSizes = [.. Blocks.Select(b => (long)b.Rows)];
            SegmentSizes = [.. layout.Length.ToArray().Select(l => (long)l)];
            Masks = [.. Blocks.Select(b => b.Mask(layout, window) is float[] mask
                ? torch.tensor(mask, [b.Rows, b.KeyCount], dtype, device).DetachFromDisposeScope()
                : null)];
        }

        public IReadOnlyList<AttentionBlock> Blocks { get; }

        public long[] RowSizes { get; }

        public long[] SegmentSizes { get; }

        public torch.Tensor?[] Masks { get; }

        public void Dispose()
        {
            foreach (torch.Tensor? mask in Masks)
                mask?.Dispose();
        }
    }
}
