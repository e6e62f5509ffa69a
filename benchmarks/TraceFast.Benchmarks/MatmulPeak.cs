using System.Diagnostics;

namespace TraceFast.Benchmarks;

/// <summary>
/// The rate of one large square matrix product, in the dtype and with the threads in force: what a step's rate is compared with.
/// Measured in the run it is compared to, since machines differ from hour to hour.
/// </summary>
public static class MatmulPeak
{
    // 2 x 2048^3 = 17 GFLOP: long enough for any start-up cost to vanish, short enough to be left undisturbed
    private const int Size = 2048;
    private const int Repetitions = 20;

    /// <returns>The best of the repetitions, in operations a second.</returns>
    /// <param name="dtype">Of both factors and the product.</param>
    /// <param name="device">Where it is computed.</param>
    public static double Measure(torch.ScalarType dtype, torch.Device device)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        torch.Tensor a = torch.ones([Size, Size], dtype: dtype, device: device);
        torch.Tensor b = torch.ones([Size, Size], dtype: dtype, device: device);
        double shortest = double.PositiveInfinity;
        for (int i = 0; i <= Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using torch.Tensor product = torch.matmul(a, b);
            product[0, 0].to(torch.ScalarType.Float64).item<double>(); // waits for a device that computes in the background
            if (i > 0) // The first one warms up.
                shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * Size * Size * Size / shortest;
    }
}
