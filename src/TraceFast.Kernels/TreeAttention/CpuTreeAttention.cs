using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>
/// tree_attention by blocks of query rows, scores recomputed in the backward; formula and shapes at
/// <see cref="ITreeAttention"/>. The products are libtorch's, the softmax and its gradient one pass in C++.
/// </summary>
public sealed unsafe class CpuTreeAttention : ITreeAttention
{
    private const int RowsPerBlock = 128;

    public torch.Tensor Forward(torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        ITreeAttention.Check(q, k, v, layout, scale, window, softcap);
        new Expect("tree_attention").Cpu(q, nameof(q));
        torch.Tensor plan = layout.Cached(new PlanKey(window), () => Plan(layout, window));
        nint o;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_tree_attention(q.Handle, k.Handle, v.Handle, plan.Handle, scale, window ?? 0, softcap ?? 0, &o));
        GC.KeepAlive((q, k, v, plan));
        return torch.Tensor.UnsafeCreateTensor(o);
    }

    // The layout of native/autograd/tree_attention.cpp.
    private static torch.Tensor Plan(TreeLayout layout, int? window)
    {
        List<int> plan = [];
        foreach (AttentionBlock block in AttentionBlock.Cut(layout, window, RowsPerBlock))
        {
            plan.AddRange([layout.Start[block.Segment] + block.Row, block.Rows, layout.FirstPosition[block.Segment] + block.Row, block.Keys.Length]);
            foreach (KeyRun run in block.Keys)
                plan.AddRange([layout.Start[run.Segment] + run.Row, run.Count, layout.FirstPosition[run.Segment] + run.Row]);
        }
        return torch.tensor(plan.ToArray(), [plan.Count], torch.ScalarType.Int32).DetachFromDisposeScope();
    }

    private sealed record PlanKey(int? Window);
}
