using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention on an NVIDIA GPU, one block of query rows at a time; formula and shapes at <see cref="TreeAttentionKernel"/>. Products
/// are cuBLAS's, with the query heads that share a KV head as rows of one; softmax and its gradient are one kernel each, in place. Of a block's
/// scores only the log-sum-exp of each row is kept; the backward computes them again.
/// </summary>
public sealed class CudaTreeAttention(CudaTarget target) : TreeAttentionKernel(target.Provider)
{
    private const int Threads = 128;
    private const int RowsPerBlock = 256;

    protected override torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        if (layout.TokenCount == 0)
            return q.clone();
        using DisposeScope scope = torch.NewDisposeScope();
        Plan plan = layout.Cached(new PlanKey(window, q.device.ToString()), () => new Plan(layout, window, q.device));
        Pass pass = new(target, layout, plan, scale, window ?? int.MaxValue, softcap ?? 0);
        torch.Tensor o, lse;
        using (torch.no_grad())
            (o, lse) = pass.Forward(q, k, v);
        if (!GraphNode.Wanted(q, k, v))
            return o.MoveToOuterDisposeScope();
        return new Node(pass).Record([q, k, v], [o], [q, k, v, lse])[0].MoveToOuterDisposeScope();
    }

    private sealed record PlanKey(int? Window, string Device);

    /// <summary>The blocks of a layout and, block after block, the positions of their keys on the device.</summary>
    private sealed class Plan : IDisposable
    {
        public Plan(TreeLayout layout, int? window, torch.Device device)
        {
            Blocks = AttentionBlock.Cut(layout, window, RowsPerBlock);
            int[] positions = [.. Blocks.SelectMany(b => b.Keys)
                .SelectMany(run => Enumerable.Range(layout.FirstPosition[run.Segment] + run.Row, run.Count))];
            KeyPositions = torch.tensor(positions).to(device).DetachFromDisposeScope();
        }

        public IReadOnlyList<AttentionBlock> Blocks { get; }

        public torch.Tensor KeyPositions { get; }

        public void Dispose() => KeyPositions.Dispose();
    }

    /// <summary>One call.</summary>
    private sealed record Pass(CudaTarget Target, TreeLayout Layout, Plan Plan, double Scale, int Window, double Softcap)
    {
        /// <returns>o [N, Hq, D] and the log-sum-exp of each row [N * Hq], block by block.</returns>
        public (torch.Tensor O, torch.Tensor LogSumExp) Forward(torch.Tensor q, torch.Tensor k, torch.Tensor v)
        {
            torch.Tensor o = torch.empty(q.shape, q.dtype, q.device);
            torch.Tensor lse = torch.empty(q.shape[0] * q.shape[1], Precision.Accumulation(q.dtype), q.device);
            (long row, long key) = (0, 0);
            foreach (AttentionBlock block in Plan.Blocks)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor queries = Queries(q, k, row, block.Rows), values = Gather(v, block);
                torch.Tensor s = Scores(queries, Gather(k, block));
                Run("attention_softmax", block, key, s, null, RowsOf(lse, q, row, block));
                Put(torch.bmm(s, values), o, k, row, block.Rows);
                row += block.Rows;
                key += block.KeyCount;
            }
            return (o, lse);
        }

        /// <returns>dq, dk, dv.</returns>
        public torch.Tensor[] Backward(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor lse, torch.Tensor gradient)
        {
            torch.ScalarType accumulation = Precision.Accumulation(q.dtype);
            torch.Tensor dq = torch.empty(q.shape, q.dtype, q.device);
            torch.Tensor dk = torch.zeros(k.shape, accumulation, k.device), dv = torch.zeros(v.shape, accumulation, v.device);
            (long row, long key) = (0, 0);
            foreach (AttentionBlock block in Plan.Blocks)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor queries = Queries(q, k, row, block.Rows), slopes = Queries(gradient, k, row, block.Rows);
                torch.Tensor keys = Gather(k, block), values = Gather(v, block);
                torch.Tensor p = Scores(queries, keys);
                torch.Tensor ds = torch.bmm(slopes, values.transpose(1, 2));
                Run("attention_gradient", block, key, p, ds, RowsOf(lse, q, row, block));
                Put(torch.bmm(ds, keys).mul_(Scale), dq, k, row, block.Rows);
                Scatter(torch.bmm(ds.transpose(1, 2), queries).to(accumulation).mul_(Scale), dk, block);
                Scatter(torch.bmm(p.transpose(1, 2), slopes).to(accumulation), dv, block);
                row += block.Rows;
                key += block.KeyCount;
            }
            return [dq, dk.to(k.dtype), dv.to(v.dtype)];
        }

        // [N, Hq, D] -> the block's rows as [Hk, G * rows, D]
        private static torch.Tensor Queries(torch.Tensor q, torch.Tensor k, long row, int rows)
        {
            (long kvHeads, long group, long headDim) = (k.shape[1], q.shape[1] / k.shape[1], q.shape[2]);
            return q.narrow(0, row, rows).view(rows, kvHeads, group, headDim).permute(1, 2, 0, 3).reshape(kvHeads, group * rows, headDim);
        }

        // The inverse of Queries.
        private static void Put(torch.Tensor blockRows, torch.Tensor all, torch.Tensor k, long row, int rows)
        {
            (long kvHeads, long group, long headDim) = (k.shape[1], all.shape[1] / k.shape[1], all.shape[2]);
            all.narrow(0, row, rows).copy_(
                blockRows.view(kvHeads, group, rows, headDim).permute(2, 0, 1, 3).reshape(rows, kvHeads * group, headDim));
        }

        // [N, Hk, D] -> the block's keys as [Hk, keys, D]
        private torch.Tensor Gather(torch.Tensor kv, AttentionBlock block)
        {
            torch.Tensor[] runs = Array.ConvertAll(block.Keys, run => kv.narrow(0, Layout.Start[run.Segment] + run.Row, run.Count));
            return (runs.Length == 1 ? runs[0] : torch.cat(runs, 0)).transpose(0, 1).contiguous();
        }

        // Adds [Hk, keys, D] to the keys' rows, block after block: the same sum in every run.
        private void Scatter(torch.Tensor blockKeys, torch.Tensor all, AttentionBlock block)
        {
            long at = 0;
            foreach (KeyRun run in block.Keys)
            {
                all.narrow(0, Layout.Start[run.Segment] + run.Row, run.Count).add_(blockKeys.narrow(1, at, run.Count).transpose(0, 1));
                at += run.Count;
            }
        }

        private torch.Tensor Scores(torch.Tensor queries, torch.Tensor keys) => torch.bmm(queries * Scale, keys.transpose(1, 2));

        private static torch.Tensor RowsOf(torch.Tensor lse, torch.Tensor q, long row, AttentionBlock block) =>
            lse.narrow(0, row * q.shape[1], block.Rows * q.shape[1]);

        private void Run(string kernel, AttentionBlock block, long key, torch.Tensor s, torch.Tensor? d, torch.Tensor lse)
        {
            int total = checked((int)(s.shape[0] * s.shape[1]));
            int position = Layout.FirstPosition[block.Segment] + block.Row;
            torch.Tensor keys = Plan.KeyPositions.narrow(0, key, block.KeyCount);
            string name = CudaTarget.Kernel(kernel, s.dtype);
            KernelArgument cap = KernelArgument.Real(Softcap, s.dtype);
            if (d is null)
                Target.LaunchRows(name, total, Threads, s, lse, keys, total, block.Rows, block.KeyCount, position, Window, cap);
            else
                Target.LaunchRows(name, total, Threads, s, d, lse, keys, total, block.Rows, block.KeyCount, position, Window, cap);
        }
    }

    private sealed class Node(Pass pass) : GraphNode
    {
        protected override string Name => "tree_attention";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is not torch.Tensor gradient)
                return [null, null, null];
            return pass.Backward(Saved(0), Saved(1), Saved(2), Saved(3), gradient.contiguous());
        }
    }
}
