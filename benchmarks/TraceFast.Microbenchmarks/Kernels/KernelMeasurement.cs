using TraceFast.Kernels.Profiling;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>A case and what was measured of it, for one call.</summary>
/// <param name="Threads">Threads of libtorch and of the kernels.</param>
/// <param name="Roofline">Measured in the same run with as many threads.</param>
/// <param name="Seconds">Median over the iterations.</param>
/// <param name="AllocatedBytes">On the managed heap; tensors are not there.</param>
public sealed record KernelMeasurement(KernelCase Case, int Threads, Roofline Roofline, double Seconds, double AllocatedBytes)
{
    /// <summary>Operations a second.</summary>
    public double Flops => Case.Cost.Flops / Seconds;

    public double BytesPerSecond => Case.Cost.Bytes / Seconds;

    /// <summary>The least time that the roofline allows over the time measured.</summary>
    public double ShareOfRoofline => Roofline.Seconds(Case.Cost) / Seconds;

    /// <summary>FLOP per byte, the horizontal axis of a roofline.</summary>
    public double Intensity => Case.Cost.Flops / Case.Cost.Bytes;

    /// <summary>Which ceiling is the lower one at this intensity.</summary>
    public string Bound => Intensity * Roofline.Bandwidth < Roofline.Flops ? "memory" : "matmul";
}
