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

    /// <param name="startUp">Read at the command's entry.</param>
    /// <exception cref="InputException">A row that there is not, a bad <see cref="Burn"/>, or the model does not load.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two iterations.</exception>
    public static IReadOnlyList<RowMeasurement> Run(RowsOptions options, StartUp startUp, CancellationToken cancellation = default)
    {
        string? unknown = options.Rows.FirstOrDefault(r => !Names.Contains(r));
        if (unknown is not null || options.Rows.Count == 0)
            throw new InputException($"--rows: found '{unknown}', expected some of {string.Join(", ", Names)}");
        Burn burn = Burn.FromEnvironment();
        List<WarmRow> rows = [];
        try
        {
            foreach (string name in Names.Where(n => n != BenchRow.StartUp && options.Rows.Contains(n)))
                rows.Add(WarmRow.Create(name, options, cancellation));
            (IterationTimes control, IReadOnlyList<IterationTimes> times) = RowTiming.Measure(
                options.Milliseconds * Math.Max(1, rows.Count), rows.Select(r => ((Action)r.Row.Run, burn.Percent(r.Name) ?? 0)),
                cancellation);
            IEnumerable<RowMeasurement> started = options.Rows.Contains(BenchRow.StartUp) ? [Of(startUp, control)] : [];
            return
            [
                .. started.Concat(rows.Zip(times, (r, t) => r.Of(t, control)))
                    .Select(m => m with { BurnedPercent = burn.Percent(m.Name) }),
            ];
        }
        finally
        {
            rows.ForEach(r => r.Row.Dispose());
        }
    }

    private static RowMeasurement Of(StartUp startUp, IterationTimes control) => new()
    {
        Name = BenchRow.StartUp,
        CpuMs = startUp.CpuMs,
        WallMs = startUp.WallMs,
        ControlCpuMs = control.CpuMs,
        ControlWallMs = control.WallMs,
        Iterations = 1,
    };

    /// <summary>A row after its warm-up, with what an iteration counts.</summary>
    private sealed record WarmRow(string Name, BenchRow Row, long Allocated, long PeakTensorBytes)
    {
        public static WarmRow Create(string name, RowsOptions options, CancellationToken cancellation)
        {
            LibtorchRuntime.Load();
            torch.set_num_threads(1);
            KeptMemory.Enable();
            _ = LibtorchRuntime.TakePeakTensorBytes();
            long others = LibtorchRuntime.TakePeakTensorBytes(); // what the rows before keep
            BenchRow row = BenchRow.Create(name, options, cancellation);
            try
            {
                Counts counts = new();
                RowTiming.WarmUp(row.Run, counts.Around, cancellation);
                return new WarmRow(name, row, counts.Allocated, counts.Peak - others);
            }
            catch
            {
                row.Dispose();
                throw;
            }
        }

        public RowMeasurement Of(IterationTimes times, IterationTimes control) => new()
        {
            Name = Name,
            CpuMs = times.CpuMs,
            WallMs = times.WallMs,
            ControlCpuMs = control.CpuMs,
            ControlWallMs = control.WallMs,
            Iterations = times.Iterations,
            AllocatedBytes = Allocated,
            Cost = Row.Cost,
            Tokens = Row.Tokens,
            PeakTensorBytes = Row.UsesTensors ? PeakTensorBytes : null,
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
