using TraceFast.Kernels;

namespace TraceFast.Benchmarks.Rows;

/// <summary>
/// What a row measured, of one iteration. Times are low quantiles (<see cref="RowTiming"/>); the other figures are counts, which are the
/// same in every process of one build; on a busy machine AllocatedBytes may differ by some tenths of a per cent.
/// </summary>
public sealed record RowMeasurement
{
    public required string Name { get; init; }

    public required double CpuMs { get; init; }

    /// <summary>Null: not known (the start of a process whose parent does not say when it started it).</summary>
    public double? WallMs { get; init; }

    /// <summary>Of the control kernel that took turns with the row.</summary>
    public required double ControlCpuMs { get; init; }

    public required double ControlWallMs { get; init; }

    public required int Iterations { get; init; }

    /// <summary>On the managed heap, by all threads: the least of some iterations; null: not the same in every process.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>What an iteration must do; null where no formula says.</summary>
    public Cost? Cost { get; init; }

    /// <summary>Tokens that the model or the kernel computed.</summary>
    public long? Tokens { get; init; }

    /// <summary>The most that libtorch's tensors took, the row's weights and operands included; null: the row uses none.</summary>
    public long? PeakTensorBytes { get; init; }

    /// <summary>By how many percent <see cref="Burn"/> slowed the row down; null: it did not.</summary>
    public double? BurnedPercent { get; init; }
}
