using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using TraceFast.Benchmarks.Kernels;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>A kernel in a plot.</summary>
/// <param name="Number">Its label: the row of the table that it is.</param>
internal sealed record RooflinePoint(int Number, KernelMeasurement Measurement);

/// <summary>
/// A roofline (Williams, Waterman and Patterson 2009): operations a second over operations a byte, both logarithmic, under the two ceilings
/// of one roofline.
/// </summary>
internal static class RooflinePlot
{
    private const double Giga = 1e9;
    private const double Margin = 2; // factor beyond the outermost point
    private const int BrowserFont = 60; // by which a browser's letters may be wider than OxyPlot takes them to be
    private const int TitleDistance = 12;
    private const int Width = 900, Height = 560, LabelSize = 10, MarkSize = 5;

    private static readonly OxyColor[] s_colours =
    [
        OxyColor.Parse("#0b6bcb"), OxyColor.Parse("#c4314b"), OxyColor.Parse("#1f8a4c"), OxyColor.Parse("#8a5cd1"),
        OxyColor.Parse("#b26a00"), OxyColor.Parse("#00838f"), OxyColor.Parse("#6d4c41"), OxyColor.Parse("#546e7a"),
    ];

    private static readonly Dictionary<string, MarkerType> s_marks = new(StringComparer.Ordinal)
    {
        ["cpu"] = MarkerType.Circle, ["reference"] = MarkerType.Cross, ["tiled"] = MarkerType.Square, ["cuda"] = MarkerType.Triangle,
    };

    /// <returns>One svg element.</returns>
    /// <param name="points">At least one, all measured against <paramref name="roofline"/>.</param>
    public static string Svg(Roofline roofline, IReadOnlyList<RooflinePoint> points)
    {
        double ridge = roofline.Flops / roofline.Bandwidth;
        double left = Math.Min(ridge, points.Min(p => p.Measurement.Intensity)) / Margin;
        double right = Math.Max(ridge, points.Max(p => p.Measurement.Intensity)) * Margin;
        PlotModel model = new()
        {
            DefaultFont = "sans-serif", Background = OxyColors.White, Padding = new OxyThickness(8, 8, BrowserFont, 8),
        };
        model.Axes.Add(new LogarithmicAxis
        {
            Position = AxisPosition.Bottom, Title = "FLOP/byte", AxisTitleDistance = TitleDistance, Minimum = left, Maximum = right,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColors.LightGray,
        });
        model.Axes.Add(new LogarithmicAxis
        {
            Position = AxisPosition.Left, Title = "GFLOP/s", AxisTitleDistance = TitleDistance,
            Minimum = Math.Min(left * roofline.Bandwidth, points.Min(p => p.Measurement.Flops)) / Giga / Margin,
            Maximum = Math.Max(roofline.Flops, points.Max(p => p.Measurement.Flops)) / Giga * Margin,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColors.LightGray,
        });
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.RightTop, LegendLineSpacing = 4,
        });
        model.Series.Add(Ceiling(
            $"memory, {Number(roofline.Bandwidth / Giga)} GB/s", (left, left * roofline.Bandwidth), (ridge, roofline.Flops)));
        model.Series.Add(Ceiling($"matmul, {Number(roofline.Flops / Giga)} GFLOP/s", (ridge, roofline.Flops), (right, roofline.Flops)));
        foreach (IGrouping<(string Operation, string Provider), RooflinePoint> kernel in points.GroupBy(
            p => (p.Measurement.Case.Operation.Name, p.Measurement.Case.Provider)))
        {
            OxyColor colour = s_colours[ColourOf(kernel.Key.Operation)];
            ScatterSeries marks = new()
            {
                Title = $"{kernel.Key.Operation}, {kernel.Key.Provider}", MarkerType = s_marks[kernel.Key.Provider], MarkerSize = MarkSize,
                MarkerFill = colour, MarkerStroke = colour, MarkerStrokeThickness = 1.5,
            };
            foreach (RooflinePoint point in kernel)
            {
                marks.Points.Add(new ScatterPoint(point.Measurement.Intensity, point.Measurement.Flops / Giga));
                model.Annotations.Add(Label(point, colour));
            }
            model.Series.Add(marks);
        }
        return new SvgExporter { Width = Width, Height = Height, IsDocument = false }.ExportToString(model);
    }

    private static LineSeries Ceiling(string title, params (double Intensity, double Flops)[] ends)
    {
        LineSeries line = new() { Title = title, Color = OxyColors.Black, StrokeThickness = 1.5 };
        line.Points.AddRange(ends.Select(e => new DataPoint(e.Intensity, e.Flops / Giga)));
        return line;
    }

    private static TextAnnotation Label(RooflinePoint point, OxyColor colour) => new()
    {
        Text = point.Number.ToString(CultureInfo.InvariantCulture),
        TextPosition = new DataPoint(point.Measurement.Intensity, point.Measurement.Flops / Giga),
        TextHorizontalAlignment = HorizontalAlignment.Left, TextVerticalAlignment = VerticalAlignment.Middle,
        Offset = new ScreenVector(MarkSize + 2, 0), FontSize = LabelSize, TextColor = colour, StrokeThickness = 0,
    };

    private static int ColourOf(string operation)
    {
        for (int i = 0; i < BenchedOperation.All.Count; i++)
            if (BenchedOperation.All[i].Name == operation)
                return i % s_colours.Length;
        return 0;
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
