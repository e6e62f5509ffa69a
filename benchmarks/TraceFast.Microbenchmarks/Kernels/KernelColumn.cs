using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>A column of the table, for BenchmarkDotNet's exporters and for the page.</summary>
/// <param name="name">Its heading.</param>
/// <param name="isText">Read from the left.</param>
/// <param name="cell">Its text for a measurement.</param>
public sealed class KernelColumn(string name, bool isText, Func<KernelMeasurement, string> cell) : IColumn
{
    public string Id => $"{nameof(KernelColumn)}.{name}";

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => !isText;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => name;

    /// <summary>All columns of the table, in order.</summary>
    public static IReadOnlyList<KernelColumn> All { get; } =
    [
        new("operation", true, m => m.Case.Operation.Name),
        new("shape", true, m => m.Case.Shape.Name),
        new("size", true, m => m.Case.Operation.Size(m.Case.Shape)),
        new("direction", true, m => KernelCase.NameOf(m.Case.Direction.Direction)),
        new("dtype", true, m => KernelCase.NameOf(m.Case.Dtype)),
        new("provider", true, m => m.Case.Provider),
        new("threads", false, m => m.Threads.ToString(CultureInfo.InvariantCulture)),
        new("median", false, m => Time(m.Seconds)),
        new("GFLOP/s", false, m => Number(m.Flops / 1e9)),
        new("GB/s", false, m => Number(m.BytesPerSecond / 1e9)),
        new("bound", true, m => m.Bound),
        new("% of roofline", false, m => Number(100 * m.ShareOfRoofline)),
        new("allocated", false, m => string.Create(CultureInfo.InvariantCulture, $"{m.AllocatedBytes:#,0} B")),
    ];

    public string Cell(KernelMeasurement measurement) => cell(measurement);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        KernelBenchmarks.Plan.Measured(summary[benchmarkCase]) is { } measurement ? cell(measurement) : "failed";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    /// <summary>Three digits that count.</summary>
    private static string Number(double value) => value.ToString(
        value switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);

    private static string Time(double seconds) => seconds switch
    {
        >= 1 => $"{Number(seconds)} s",
        >= 1e-3 => $"{Number(seconds * 1e3)} ms",
        _ => $"{Number(seconds * 1e6)} us",
    };
}
