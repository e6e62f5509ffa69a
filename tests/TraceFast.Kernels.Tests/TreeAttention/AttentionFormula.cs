using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Kernels.Tests.TreeAttention;

/// <summary>
/// Attention written out token by token: i sees j where j's segment is i's or an ancestor of it, j's position is not
/// after i's, and i - j stays inside the window.
/// </summary>
internal static class AttentionFormula
{
    /// <summary>q [N, Hq, D], k and v [N, Hk, D] row-major; result [N, Hq, D].</summary>
    public static double[] Forward(
        double[] q, double[] k, double[] v, TreeLayout layout, int queryHeads, int kvHeads, int headDim, double scale, int? window,
        double? softcap)
    {
        int tokens = layout.TokenCount;
        int[] segment = new int[tokens];
        for (int s = 0; s < layout.SegmentCount; s++)
            Array.Fill(segment, s, layout.Start[s], layout.Length[s]);
        double[] o = new double[q.Length];
        for (int i = 0; i < tokens; i++)
        {
            int[] seen = [.. Enumerable.Range(0, tokens).Where(j => Sees(layout, segment, i, j, window))];
            for (int h = 0; h < queryHeads; h++)
            {
                int kh = h * kvHeads / queryHeads;
                double[] weight = Array.ConvertAll(seen, j =>
                {
                    double s = 0;
                    for (int d = 0; d < headDim; d++)
                        s += q[(((i * queryHeads) + h) * headDim) + d] * k[(((j * kvHeads) + kh) * headDim) + d];
                    s *= scale;
                    return softcap is double cap ? cap * Math.Tanh(s / cap) : s;
                });
                double max = weight.Max();
                double total = weight.Sum(w => Math.Exp(w - max));
                for (int n = 0; n < seen.Length; n++)
                    for (int d = 0; d < headDim; d++)
                        o[(((i * queryHeads) + h) * headDim) + d] += Math.Exp(weight[n] - max) / total
                            * v[(((seen[n] * kvHeads) + kh) * headDim) + d];
            }
        }
        return o;
    }

    private static bool Sees(TreeLayout layout, int[] segment, int i, int j, int? window)
    {
        int distance = layout.Positions[i] - layout.Positions[j];
        if (distance < 0 || distance >= (window ?? int.MaxValue))
            return false;
        int at = segment[i];
        while (at >= 0 && at != segment[j])
            at = layout.Parent[at];
        return at >= 0;
    }
}
