using TraceFast.Inference.Export.Graph;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// SmoothQuant (arXiv 2211.10438) where a norm feeds matrices: the norm's weight is divided by s and the matrices' columns are multiplied
/// by it, which changes nothing but what rounding sees: channels that are large in all tokens no longer take the range of their block.
///   s_j = rms(x_j)^a / rms(W_:j)^(1 - a),   a = 1/2,   scaled to a geometric mean of 1
/// The paper's formula, with root mean squares in place of the largest magnitudes: they are what the calibration keeps.
/// </summary>
internal static class Equalization
{
    /// <summary>a: the paper's, and the best of 0.3, 0.5 and 0.7 here.</summary>
    private const double Share = 0.5;

    /// <summary>Channels are scaled by no more than this, up or down.</summary>
    private const double Most = 1000;

    /// <summary>Enters the scales of the norms that feed these matrices.</summary>
    /// <param name="grams">X X^T of what enters each, by the module; none: nothing is scaled.</param>
    public static void Choose(ExportContext context, IEnumerable<RoundedMatrix> matrices, IReadOnlyDictionary<string, torch.Tensor> grams)
    {
        // An adapter's A, given at run time, would have to be scaled too.
        if (context.Model.Adapted.Count > 0)
            return;
        foreach (IGrouping<string, RoundedMatrix> fed in matrices.Where(m => m.Projection.InputNorm != null)
            .GroupBy(m => m.Projection.InputNorm!, StringComparer.Ordinal))
        {
            if (!grams.TryGetValue(fed.First().Projection.Rows[0].Module, out torch.Tensor? gram))
                continue;
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor squares = torch.zeros(gram.shape[0]);
            foreach (RoundedMatrix matrix in fed)
                squares = squares + matrix.SquaredColumns();
            torch.Tensor logs = gram.diagonal().log() * (Share / 2) - squares.log() * ((1 - Share) / 2);
            torch.Tensor known = logs.isfinite();
            logs = torch.where(known, logs - logs[known].mean(), torch.zeros_like(logs));
            context.InputScales[fed.Key] = logs.clamp(-Math.Log(Most), Math.Log(Most)).exp().DetachFromDisposeScope();
        }
    }
}
