using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention by blocks of query rows; formula and shapes at <see cref="TreeAttentionKernel"/>. The scores of one block are in memory
/// at
/// a time, and the backward recomputes them from q, k and the saved log-sum-exp (FlashAttention: Dao et al. 2022, arXiv 2205.14135,
/// algorithms 1 and 4). The products are libtorch's, the softmax and its gradient one pass in C++.
/// </summary>
public sealed unsafe class CpuTreeAttention() : TreeAttentionKernel(KernelProvider.Cpu)
{
    private const int RowsPerBlock = 128;

    protected override torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        bool recorded = GraphNode.Wanted(q, k, v);
        using DisposeScope scope = torch.NewDisposeScope();
        Block[] blocks = layout.Cached(new BlocksKey(window), () => Cut(layout, window));
        Blocks attention = new(blocks, k.shape[1], q.shape[1] / k.shape[1], q.shape[2], scale, softcap ?? 0, window ?? 0);
        torch.Tensor o, lse;
        using (torch.no_grad())
            (o, lse) = attention.Forward(q, k, v);
        return (recorded ? new Node(attention).Record([q, k, v], [o], [q, k, v, lse])[0] : o).MoveToOuterDisposeScope();
    }

    private sealed record BlocksKey(int? Window);

    /// <summary>A block of query rows and the runs of key rows that it sees.</summary>
    private sealed record Block(long Row, long Rows, int FirstPosition, long[] RunRows, KeySpan[] Runs, long Keys);

    private static Block[] Cut(TreeLayout layout, int? window) =>
        [.. AttentionBlock.Cut(layout, window, RowsPerBlock).Select(b => new Block(
            layout.Start[b.Segment] + b.Row, b.Rows, layout.FirstPosition[b.Segment] + b.Row,
            Array.ConvertAll(b.Keys, r => (long)layout.Start[r.Segment] + r.Row),
            Array.ConvertAll(b.Keys, r => new KeySpan { Count = r.Count, FirstPosition = layout.FirstPosition[r.Segment] + r.Row }),
            b.KeyCount))];

    private sealed class Blocks(Block[] blocks, long kvHeads, long group, long headDim, double scale, double softcap, int window)
    {
        public (torch.Tensor O, torch.Tensor LogSumExp) Forward(torch.Tensor q, torch.Tensor k, torch.Tensor v)
        {
            torch.Tensor keys = k.transpose(0, 1).contiguous(), values = v.transpose(0, 1).contiguous(); // [Hk, N, D]
            torch.Tensor o = torch.empty(q.shape, q.dtype);
            torch.Tensor lse = torch.empty(q.shape[0] * q.shape[1], Precision.Accumulation(q.dtype));
            foreach (Block block in blocks)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor s = torch.bmm(Pack(q, block), Gather(keys, block).transpose(1, 2));
                Softmax(block, s, Part(lse, block), null);
                Unpack(torch.bmm(s, Gather(values, block)), block, o);
            }
            return (o, lse);
        }

        public torch.Tensor[] Backward(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor lse, torch.Tensor gradient)
        {
            torch.Tensor keys = k.transpose(0, 1).contiguous(), values = v.transpose(0, 1).contiguous();
            torch.Tensor dq = torch.empty(q.shape, q.dtype);
            torch.Tensor dk = torch.zeros(keys.shape, lse.dtype), dv = torch.zeros(keys.shape, lse.dtype); // [Hk, N, D]
            foreach (Block block in blocks)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor queries = Pack(q, block), o = Pack(gradient, block);
                torch.Tensor blockKeys = Gather(keys, block), blockValues = Gather(values, block);
                torch.Tensor p = torch.bmm(queries, blockKeys.transpose(1, 2));
                torch.Tensor ds = torch.bmm(o, blockValues.transpose(1, 2));
                Softmax(block, p, Part(lse, block), ds);
                Unpack(torch.bmm(ds, blockKeys), block, dq);
                ScatterAdd(torch.bmm(ds.transpose(1, 2), queries), block, dk);
                ScatterAdd(torch.bmm(p.transpose(1, 2), o), block, dv);
            }
            return [dq, dk.transpose(0, 1).to(k.dtype).contiguous(), dv.transpose(0, 1).to(v.dtype).contiguous()];
        }

        // Rows of [N, Hk * G, D] as [Hk, G * rows, D].
        private torch.Tensor Pack(torch.Tensor rows, Block block) =>
            rows.narrow(0, block.Row, block.Rows).reshape(block.Rows, kvHeads, group, headDim).permute(1, 2, 0, 3)
                .reshape(kvHeads, group * block.Rows, headDim);

        private void Unpack(torch.Tensor packed, Block block, torch.Tensor rows) =>
            rows.narrow(0, block.Row, block.Rows).view(block.Rows, kvHeads, group, headDim)
                .copy_(packed.view(kvHeads, group, block.Rows, headDim).permute(2, 0, 1, 3));

        // [Hk, keys, D] of the block from [Hk, N, D]; a copy only where it sees several runs.
        private static torch.Tensor Gather(torch.Tensor rows, Block block)
        {
            if (block.Runs.Length == 1)
                return rows.narrow(1, block.RunRows[0], block.Runs[0].Count);
            torch.Tensor[] parts = new torch.Tensor[block.Runs.Length];
            for (int r = 0; r < parts.Length; r++)
                parts[r] = rows.narrow(1, block.RunRows[r], block.Runs[r].Count);
            return torch.cat(parts, 1);
        }

        // Adds [Hk, keys, D] of the block to the accumulator [Hk, N, D].
        private static void ScatterAdd(torch.Tensor part, Block block, torch.Tensor rows)
        {
            long key = 0;
            for (int r = 0; r < block.Runs.Length; r++)
            {
                rows.narrow(1, block.RunRows[r], block.Runs[r].Count).add_(part.narrow(1, key, block.Runs[r].Count));
                key += block.Runs[r].Count;
            }
        }

        // In place on s; with dp the backward's.
        private void Softmax(Block block, torch.Tensor s, torch.Tensor lse, torch.Tensor? dp)
        {
            fixed (KeySpan* runs = block.Runs)
            {
                AttentionSoftmax arguments = new()
                {
                    Dtype = s.KernelDtype(), KvHeads = kvHeads, Group = group, Rows = block.Rows, Keys = block.Keys,
                    S = s.Address(), Dp = dp is null ? null : dp.Address(), Lse = lse.Address(), Scale = scale, Softcap = softcap,
                    FirstPosition = block.FirstPosition, Window = window, Runs = runs, RunCount = block.Runs.Length,
                };
                CpuKernels.Table.AttentionSoftmax(&arguments);
                GC.KeepAlive((s, lse, dp));
            }
        }

        // The block's part of [N * Hq] values kept in block order.
        private torch.Tensor Part(
            torch.Tensor values, Block block) => values.narrow(0, kvHeads * group * block.Row, kvHeads * group * block.Rows);
    }

    private sealed class Node(Blocks attention) : GraphNode
    {
        protected override string Name => "tree_attention";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients) =>
            gradients[0] is torch.Tensor gradient
                ? attention.Backward(Saved(0), Saved(1), Saved(2), Saved(3), gradient)
                : new torch.Tensor?[3];
    }
}
