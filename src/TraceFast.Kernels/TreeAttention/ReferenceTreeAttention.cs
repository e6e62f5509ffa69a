namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention as written: all scores, one dense mask, KV heads repeated for the query heads that share them; formula and shapes
/// at <see cref="TreeAttentionKernel"/>.
/// </summary>
public sealed class ReferenceTreeAttention() : TreeAttentionKernel(KernelProvider.Reference)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        if (layout.TokenCount == 0)
            return q.clone();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.ScalarType accumulation = Precision.Accumulation(q.dtype);
        torch.Tensor mask = layout.Cached(
            new MaskKey(window, accumulation, q.device.ToString()), () => Mask(layout, window, accumulation, q.device));
        long group = q.shape[1] / k.shape[1];
        torch.Tensor keys = k.repeat_interleave(group, 1).permute(1, 2, 0); // [Hq, D, N]
        torch.Tensor values = v.repeat_interleave(group, 1).transpose(0, 1); // [Hq, N, D]
        torch.Tensor s = torch.matmul(q.transpose(0, 1), keys).to(accumulation) * scale; // [Hq, N, N]
        if (softcap is double cap)
            s = (s / cap).tanh() * cap;
        torch.Tensor p = (s + mask).softmax(-1).to(q.dtype);
        return torch.matmul(p, values).transpose(0, 1).contiguous().MoveToOuterDisposeScope();
    }

    // [N, N]: 0 where token i sees token j, -infinity elsewhere.
    private static torch.Tensor Mask(TreeLayout layout, int? window, torch.ScalarType dtype, torch.Device device)
    {
        int tokens = layout.TokenCount;
        float[] mask = new float[tokens * tokens];
        Array.Fill(mask, float.NegativeInfinity);
        for (int s = 0; s < layout.SegmentCount; s++)
            foreach (int seen in (int[])[.. layout.Ancestors(s), s])
                for (int i = layout.Start[s]; i < layout.Start[s] + layout.Length[s]; i++)
                    for (int j = layout.Start[seen]; j < layout.Start[seen] + layout.Length[seen]; j++)
                    {
                        int distance = layout.Positions[i] - layout.Positions[j];
                        if (distance >= 0 && distance < (window ?? int.MaxValue))
                            mask[(i * tokens) + j] = 0;
                    }
        return torch.tensor(mask, [tokens, tokens], dtype, device).DetachFromDisposeScope();
    }

    private sealed record MaskKey(int? Window, torch.ScalarType Dtype, string Device);
}
