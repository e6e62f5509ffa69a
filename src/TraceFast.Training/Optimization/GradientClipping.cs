namespace TraceFast.Training.Optimization;

/// <summary>
/// Scales all gradients by one factor where their global L2 norm exceeds a limit:
/// <code>norm = sqrt(Σ g²),  c = min(1, max_norm / (norm + 1e-6)),  g ← c g</code>
/// Source: torch.nn.utils.clip_grad_norm_. The norm is summed in float64.
/// </summary>
public static class GradientClipping
{
    private const double Epsilon = 1e-6;
    private const long PieceLength = 1 << 22;

    /// <summary>sqrt(Σ g²) over all gradients; not finite where one of them is not.</summary>
    public static double GlobalNorm(IEnumerable<torch.Tensor> gradients) => Math.Sqrt(gradients.Sum(SquaredNorm));

    // In pieces: a whole gradient in double would be twice an embedding matrix.
    private static double SquaredNorm(torch.Tensor gradient)
    {
        double sum = 0;
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor flat = gradient.detach().reshape(-1);
        long count = flat.shape[0];
        for (long at = 0; at < count; at += PieceLength)
        {
            using DisposeScope piece = torch.NewDisposeScope();
            double norm = flat.narrow(0, at, Math.Min(PieceLength, count - at)).to(torch.ScalarType.Float64).norm().item<double>();
            sum += norm * norm;
        }

        return sum;
    }

    /// <summary>The factor c, exactly 1 where nothing is clipped; <paramref name="maxNorm"/> 0 or below clips nothing.</summary>
    public static double Factor(double globalNorm, double maxNorm) =>
        maxNorm <= 0 ? 1 : Math.Min(1, maxNorm / (globalNorm + Epsilon));
}
