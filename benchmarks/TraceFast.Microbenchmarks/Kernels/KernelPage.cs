using System.Globalization;
using TraceFast.Kernels.Profiling;
using TraceFast.Report;
using TraceFast.Training.Loop;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>
/// The measurement as one page that opens offline: a roofline plot for each shape, dtype, device and number of threads, and the table.
/// </summary>
internal static class KernelPage
{
    public static string Render(IReadOnlyList<KernelPlan> plans, IReadOnlyList<KernelMeasurement> measurements)
    {
        List<(string, string)> facts = [("processor", RunEnvironment.Processor), ("libtorch", torch.__version__)];
        foreach (KernelPlan plan in plans)
            foreach (((DeviceType device, torch.ScalarType dtype), Roofline roofline) in plan.Rooflines)
                facts.Add((
                    $"{KernelCase.NameOf(device)}, {KernelCase.NameOf(dtype)}, {plan.Threads} threads",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{roofline.Flops / 1e9:0.0} GFLOP/s of a large product, {roofline.Bandwidth / 1e9:0.0} GB/s of memory")));
        RooflinePoint[] points = [.. measurements.Select((m, i) => new RooflinePoint(i + 1, m))];
        List<PageElement> elements = [.. points
            .GroupBy(p => (p.Measurement.Threads, p.Measurement.Case.By.Device.type, p.Measurement.Case.Shape, p.Measurement.Case.Dtype))
            .Select(group => new SvgFigure(
                $"Roofline: {group.Key.Shape.Name}, {KernelCase.NameOf(group.Key.Dtype)}, {KernelCase.NameOf(group.Key.type)}, "
                    + $"{group.Key.Threads} threads",
                RooflinePlot.Svg(group.First().Measurement.Roofline, [.. group])))];
        elements.Add(new Paragraphs("How to read the plots",
        [
            "A point is a kernel; its number is its row in the table below, its colour the operation, its mark the provider. The line is "
                + "what the machine allows at most: memory on the slope, the matrix product on the level. What a cache saves of a kernel's "
                + "traffic may put it above the slope.",
        ]));
        elements.Add(new DataTable(
            "Kernels", ["#", .. KernelColumn.All.Select(c => c.ColumnName)],
            [.. points.Select(p => (IReadOnlyList<string>)
                [p.Number.ToString(CultureInfo.InvariantCulture), .. KernelColumn.All.Select(c => c.Cell(p.Measurement))])]));
        return HtmlPage.Render("Kernels", facts, elements);
    }
}
