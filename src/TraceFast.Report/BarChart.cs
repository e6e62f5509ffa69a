namespace TraceFast.Report;

/// <summary>A value in a bar, with the interval that its whisker spans; NaN where there is none.</summary>
public readonly record struct BarValue(double Value, double Low, double High);

/// <summary>One row of bars.</summary>
/// <param name="Label">What it is of.</param>
/// <param name="Values">One for each series.</param>
public sealed record BarRow(string Label, IReadOnlyList<BarValue> Values);

/// <summary>Horizontal bars with whiskers, rows from top to bottom, for each row one bar per series.</summary>
/// <param name="Title">The heading.</param>
/// <param name="ValueLabel">What is measured, with its unit.</param>
/// <param name="SeriesNames">One or more, in the order of the bars of a row.</param>
/// <param name="Rows">From top to bottom.</param>
/// <param name="Maximum">End of the value axis; it starts at 0.</param>
public sealed record BarChart(
    string Title, string ValueLabel, IReadOnlyList<string> SeriesNames, IReadOnlyList<BarRow> Rows, double Maximum) : PageElement
{
    /// <exception cref="ArgumentException">A row has not one value for each series.</exception>
    internal object ForBrowser()
    {
        if (Rows.FirstOrDefault(r => r.Values.Count != SeriesNames.Count) is { } row)
            throw new ArgumentException($"row '{row.Label}': {row.Values.Count} values for {SeriesNames.Count} series");
        return new
        {
            kind = "bars",
            y = ValueLabel,
            names = SeriesNames,
            labels = Rows.Select(r => r.Label),
            maximum = Maximum,
            values = Columns(v => v.Value),
            low = Columns(v => v.Low),
            high = Columns(v => v.High),
        };
    }

    private IEnumerable<IEnumerable<double?>> Columns(Func<BarValue, double> of) =>
        SeriesNames.Select((_, s) => Rows.Select(r => of(r.Values[s]) is var v && double.IsFinite(v) ? v : (double?)null));
}
