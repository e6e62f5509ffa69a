using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>The cases that are measured at one number of threads, and the rooflines that they are compared with.</summary>
/// <param name="rooflines">By device and dtype, at that number of threads.</param>
/// <param name="progress">Gets a line as each case begins.</param>
public sealed class KernelPlan(
    IReadOnlyList<KernelCase> cases, int threads, IReadOnlyDictionary<(DeviceType, torch.ScalarType), Roofline> rooflines,
    TextWriter progress)
{
    private const double NanosecondsPerSecond = 1e9;

    private int _begun;

    public static KernelPlan Nothing { get; } =
        new([], 1, new Dictionary<(DeviceType, torch.ScalarType), Roofline>(), TextWriter.Null);

    public IReadOnlyList<KernelCase> Cases => cases;

    public int Threads => threads;

    public IReadOnlyDictionary<(DeviceType Device, torch.ScalarType Dtype), Roofline> Rooflines => rooflines;

    /// <summary>Sets the number of threads and measures the rooflines that the cases need.</summary>
    public static KernelPlan Measure(IReadOnlyList<KernelCase> cases, int threads, TextWriter progress)
    {
        torch.set_num_threads(threads);
        Dictionary<(DeviceType, torch.ScalarType), Roofline> rooflines = [];
        foreach (IGrouping<DeviceType, KernelCase> device in cases.GroupBy(c => c.By.Device.type))
        {
            double bandwidth = Roofline.MeasureBandwidth(device.First().By.Device);
            foreach (KernelCase first in device.DistinctBy(c => c.Dtype))
            {
                Roofline roofline = new(first.Dtype, Roofline.MeasureFlops(first.Dtype, first.By.Device), bandwidth);
                rooflines.Add((device.Key, first.Dtype), roofline);
                progress.WriteLine(
                    $"roofline: {threads} threads, {KernelCase.NameOf(device.Key)}, {KernelCase.NameOf(first.Dtype)}: {roofline}");
            }
        }
        return new KernelPlan(cases, threads, rooflines, progress);
    }

    /// <summary>The case of a benchmark.</summary>
    public static KernelCase CaseOf(BenchmarkCase benchmark) => (KernelCase)benchmark.Parameters[nameof(KernelBenchmarks.Case)];

    public void Begin(KernelCase next) => progress.WriteLine($"{++_begun}/{cases.Count} {next.Name}");

    /// <summary>What a report says of one call; null where the benchmark failed.</summary>
    public KernelMeasurement? Measured(BenchmarkReport? report)
    {
        if (report?.ResultStatistics is not Statistics statistics)
            return null;
        KernelCase benched = CaseOf(report.BenchmarkCase);
        return new KernelMeasurement(
            benched, threads, rooflines[(benched.By.Device.type, benched.Dtype)],
            statistics.Median / NanosecondsPerSecond / benched.Calls,
            (double)(report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0) / benched.Calls);
    }
}
