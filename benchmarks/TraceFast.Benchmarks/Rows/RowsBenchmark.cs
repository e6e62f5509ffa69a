using TraceFast.Data;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Benchmarks.Rows;

/// <summary>
/// Measures short pieces of what the program does (<see cref="BenchRow"/>), each beside a control (<see cref="RowTiming"/>), on one
/// thread: what a comparison of two builds starts again and again, in turn.
/// </summary>
public static class RowsBenchmark
{
    /// <summary>All rows that there are, in the order in which they are measured.</summary>
    public static IReadOnlyList<string> Names => BenchRow.Names;

    /// <summary>Gives each row when it is measured.</summary>
    /// <param name="startUp">Read at the command's entry.</param>
    /// <exception cref="InputException">A row that there is not, a bad <see cref="Burn"/>, or the model does not load.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two iterations.</exception>
    public static IEnumerable<RowMeasurement> Run(RowsOptions options, StartUp startUp, CancellationToken cancellation = default)
    {
        string? unknown = options.Rows.FirstOrDefault(r => !Names.Contains(r));
        if (unknown is not null || options.Rows.Count == 0)
            throw new InputException($"--rows: found '{unknown}', expected some of {string.Join(", ", Names)}");
        return Measure(options, startUp, Burn.FromEnvironment(), cancellation);
    }

    private static IEnumerable<RowMeasurement> Measure(RowsOptions options, StartUp startUp, Burn burn, CancellationToken cancellation)
    {
        foreach (string name in Names.Where(options.Rows.Contains))
            yield return name == BenchRow.StartUp
                ? Of(startUp, options.Milliseconds, burn, cancellation)
                : Measure(name, options, burn, cancellation);
    }

    private static RowMeasurement Of(StartUp startUp, int milliseconds, Burn burn, CancellationToken cancellation)
    {
        IterationTimes control = RowTiming.MeasureControl(milliseconds, cancellation);
        return new RowMeasurement
        {
            Name = BenchRow.StartUp,
            CpuMs = startUp.CpuMs,
            WallMs = startUp.WallMs,
            ControlCpuMs = control.CpuMs,
            ControlWallMs = control.WallMs,
            Iterations = 1,
            BurnedPercent = burn.Percent(BenchRow.StartUp),
        };
    }

    private static RowMeasurement Measure(string name, RowsOptions options, Burn burn, CancellationToken cancellation)
    {
        LibtorchRuntime.Load();
        torch.set_num_threads(1);
        KeptMemory.Enable();
        using BenchRow row = BenchRow.Create(name, options, cancellation);
        Counts counts = new();
        (IterationTimes times, IterationTimes control) =
            RowTiming.Measure(row.Run, options.Milliseconds, burn.Percent(name) ?? 0, counts.Around, cancellation);
        return new RowMeasurement
        {
            Name = name,
            CpuMs = times.CpuMs,
            WallMs = times.WallMs,
            ControlCpuMs = control.CpuMs,
            ControlWallMs = control.WallMs,
            Iterations = times.Iterations,
            AllocatedBytes = counts.Allocated,
            Cost = row.Cost,
            Tokens = row.Tokens,
            PeakTensorBytes = row.UsesTensors ? counts.Peak : null,
            BurnedPercent = burn.Percent(name),
        };
    }

    /// <summary>
    /// What an iteration allocates on the managed heap, and the most bytes of tensors during it: the least of the warm-up's iterations, since
    /// the first one makes what later ones keep, and what another thread allocates meanwhile (the one that watches how OpenMP waits, ten times
    /// a second) comes on top.
    /// </summary>
    private sealed class Counts
    {
        private long _before;

        public long Allocated { get; private set; } = long.MaxValue;

        public long Peak { get; private set; } = long.MaxValue;

        public void Around(bool done)
        {
            if (done)
            {
                Allocated = Math.Min(Allocated, GC.GetTotalAllocatedBytes(precise: true) - _before);
                Peak = Math.Min(Peak, LibtorchRuntime.TakePeakTensorBytes());
            }
            else
            {
                _ = LibtorchRuntime.TakePeakTensorBytes();
                _before = GC.GetTotalAllocatedBytes(precise: true);
            }
        }
    }
}
