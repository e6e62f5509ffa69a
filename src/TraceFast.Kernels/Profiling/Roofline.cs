using System.Diagnostics;
using System.Globalization;
using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.Profiling;

/// <summary>
/// What a machine can do at most in one dtype, with the threads in force. Measured in the run that it is compared with, since machines
/// differ from hour to hour.
/// </summary>
/// <param name="Dtype">Of both factors of the product, and of the product.</param>
/// <param name="Flops">Operations a second of a large square matrix product, the fastest that there is: libtorch's or our kernels'.</param>
/// <param name="Bandwidth">Bytes a second of a += b over arrays that no cache holds: two reads and a write of each element.</param>
public sealed record Roofline(torch.ScalarType Dtype, double Flops, double Bandwidth)
{
    // 2 x 2048^3 = 17 GFLOP: long enough for any start-up cost to vanish, short enough to be left undisturbed
    private const int Size = 2048;
    private const long StreamElements = 32L << 20; // 128 MiB of float32 each
    private const int Repetitions = 20;
    private const int LeastRepetitions = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10); // for the others, on a machine that is busy

    /// <returns>The best of the repetitions.</returns>
    public static Roofline Measure(torch.ScalarType dtype, torch.Device device) =>
        new(dtype, MeasureFlops(dtype, device), MeasureBandwidth(device));

    /// <inheritdoc cref="Flops"/>
    public static double MeasureFlops(torch.ScalarType dtype, torch.Device device)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        torch.Tensor a = torch.ones([Size, Size], dtype: dtype, device: device);
        torch.Tensor b = torch.ones([Size, Size], dtype: dtype, device: device);
        // Into memory in use: that of a new result can cost as much as half of the product.
        torch.Tensor product = torch.empty([Size, Size], dtype: dtype, device: device);
        double seconds = Shortest(product, () => product.addmm_(a, b, beta: 0, alpha: 1));
        if (device.type == DeviceType.CPU && CpuProduct.Wanted(CpuProducts.Fastest, a))
            seconds = Math.Min(seconds, Shortest(product, () => CpuProduct.TryInto(CpuProducts.Fastest, product, a, b)));
        return 2.0 * Size * Size * Size / seconds;
    }

    /// <inheritdoc cref="Bandwidth"/>
    public static double MeasureBandwidth(torch.Device device)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        torch.Tensor a = torch.ones([StreamElements], device: device);
        torch.Tensor b = torch.ones([StreamElements], device: device);
        return 3.0 * StreamElements * sizeof(float) / Shortest(a, () => a.add_(b));
    }

    /// <summary>Seconds that a call of this cost takes at least.</summary>
    public double Seconds(Cost cost) => Math.Max(cost.Flops / Flops, cost.Bytes / Bandwidth);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Flops / 1e9:0.0} GFLOP/s, {Bandwidth / 1e9:0.0} GB/s");

    private static double Shortest(torch.Tensor result, Action work)
    {
        double shortest = double.PositiveInfinity;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i <= Repetitions && (i <= LeastRepetitions || Stopwatch.GetElapsedTime(began) < s_patience); i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            result.view(-1)[0].to(torch.ScalarType.Float64).item<double>(); // waits for a device that computes in the background
            if (i > 0) // The first one warms up.
                shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return shortest;
    }
}
