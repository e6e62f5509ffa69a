using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention in C++; formula and shapes at <see cref="TreeAttentionKernel"/>. Of a block's scores only the log-sum-exp of each row is
/// kept; the backward computes them again from q, k and it (FlashAttention: Dao et al. 2022, arXiv 2205.14135, algorithms 1 and 4).
/// </summary>
public sealed unsafe class CpuTreeAttention() : TreeAttentionKernel(KernelProvider.Cpu)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        bool recorded = GraphNode.Wanted(q, k, v);
        using DisposeScope scope = torch.NewDisposeScope();
        Pass pass = new(layout.Cached(nameof(CpuTreeAttention), () => Segments(layout)), scale, softcap ?? 0, window ?? 0);
        torch.Tensor o, lse;
        using (torch.no_grad())
            (o, lse) = pass.Forward(q, k, v);
        return (recorded ? new Node(pass).Record([q, k, v], [o], [q, k, v, lse])[0] : o).MoveToOuterDisposeScope();
    }

    private static TreeSegment[] Segments(TreeLayout layout)
    {
        TreeSegment[] segments = new TreeSegment[layout.SegmentCount];
        for (int s = 0; s < segments.Length; s++)
        {
            segments[s] = new TreeSegment
            {
                Row = layout.Start[s], Length = layout.Length[s], Parent = layout.Parent[s], FirstPosition = layout.FirstPosition[s],
            };
        }
        return segments;
    }

    private sealed class Pass(TreeSegment[] segments, double scale, double softcap, long window)
    {
        public (torch.Tensor O, torch.Tensor LogSumExp) Forward(torch.Tensor q, torch.Tensor k, torch.Tensor v)
        {
            torch.Tensor o = torch.empty(q.shape, q.dtype);
            torch.Tensor lse = torch.empty(q.shape[1], q.shape[0], Precision.Accumulation(q.dtype));
            Run(q, k, v, lse, new TreeAttentionArguments { O = o.Address() });
            GC.KeepAlive(o);
            return (o, lse);
        }

        public torch.Tensor[] Backward(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor lse, torch.Tensor gradient)
        {
            gradient = gradient.contiguous();
            torch.Tensor dq = torch.empty(q.shape, q.dtype), dk = torch.empty(k.shape, k.dtype), dv = torch.empty(v.shape, v.dtype);
            Run(q, k, v, lse, new TreeAttentionArguments
            {
                OGradient = gradient.Address(), QGradient = dq.Address(), KGradient = dk.Address(), VGradient = dv.Address(),
            });
            GC.KeepAlive((gradient, dq, dk, dv));
            return [dq, dk, dv];
        }

        private void Run(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor lse, TreeAttentionArguments arguments)
        {
            q = NeighboringColumns(q);
            k = NeighboringColumns(k);
            v = NeighboringColumns(v);
            fixed (TreeSegment* first = segments)
            {
                arguments = arguments with
                {
                    Dtype = q.KernelDtype(), Threads = torch.get_num_threads(),
                    Tokens = q.shape[0], Heads = q.shape[1], KvHeads = k.shape[1], HeadDim = q.shape[2],
                    Q = q.Address(), QRow = q.stride(0), QHead = q.stride(1),
                    K = k.Address(), KRow = k.stride(0), KHead = k.stride(1),
                    V = v.Address(), VRow = v.stride(0), VHead = v.stride(1),
                    Scale = scale, Softcap = softcap, Window = window,
                    Segments = first, SegmentCount = segments.Length, Lse = lse.Address(),
                };
                using CpuWorkspace.Lease workspace = CpuWorkspace.Take(CpuKernels.Table.TreeAttentionWorkspace(&arguments));
                arguments.Workspace = workspace.Address;
                CpuKernels.Table.TreeAttention(&arguments);
            }
            GC.KeepAlive((q, k, v, lse));
        }

        private static torch.Tensor NeighboringColumns(torch.Tensor x) => x.stride(2) == 1 || x.shape[2] == 1 ? x : x.contiguous();
    }

    private sealed class Node(Pass pass) : GraphNode
    {
        protected override string Name => "tree_attention";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients) =>
            gradients[0] is torch.Tensor gradient
                ? pass.Backward(Saved(0), Saved(1), Saved(2), Saved(3), gradient)
                : new torch.Tensor?[3];
    }
}
