namespace TraceFast.Report;

/// <summary>
/// One curve: <paramref name="Y"/>[i] at <paramref name="X"/>[i], X strictly increasing. A non-finite Y is drawn as a gap.
/// </summary>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Curves over one horizontal axis, with the unit of each axis in its label.</summary>
public sealed record LineChart(string Title, string XLabel, string YLabel, IReadOnlyList<Series> Series) : PageElement
{
    internal object ForBrowser() => new { kind = "lines", x = XLabel, y = YLabel, names = Series.Select(s => s.Name), data = Columns() };

    /// <summary>
    /// The columns that the drawing library takes: the union of all X in order, then one column for each curve with null where it has no
    /// point.
    /// </summary>
    /// <exception cref="ArgumentException">A curve's X and Y differ in length, or its X does not strictly increase.</exception>
    internal double?[][] Columns()
    {
        foreach (Series s in Series)
            RequireCurve(s);

        double[] x = Series.SelectMany(s => s.X).Distinct().Order().ToArray();
        double?[][] columns = new double?[Series.Count + 1][];
        columns[0] = [.. x.Select(v => (double?)v)];
        for (int c = 0; c < Series.Count; c++)
        {
            columns[c + 1] = new double?[x.Length];
            for (int i = 0; i < Series[c].X.Count; i++)
                if (double.IsFinite(Series[c].Y[i]))
                    columns[c + 1][Array.BinarySearch(x, Series[c].X[i])] = Series[c].Y[i];
        }

        return columns;
    }

    private static void RequireCurve(Series s)
    {
        if (s.X.Count != s.Y.Count)
            throw new ArgumentException($"curve '{s.Name}': {s.X.Count} x values but {s.Y.Count} y values");
        for (int i = 0; i < s.X.Count; i++)
            if (!double.IsFinite(s.X[i]) || (i > 0 && s.X[i] <= s.X[i - 1]))
                throw new ArgumentException($"curve '{s.Name}': x[{i}] = {s.X[i]} does not come after the value before it");
    }
}

/// <summary>A value in a bar, with the interval that its whisker spans; NaN where there is none.</summary>
public readonly record struct BarValue(double Value, double Low, double High);

/// <summary>One row of bars.</summary>
public sealed record BarRow(string Label, IReadOnlyList<BarValue> Values);

/// <summary>Horizontal bars with whiskers, rows from top to bottom, for each row one bar per series.</summary>
/// <param name="SeriesNames">One or more, in the order of the bars of a row.</param>
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
