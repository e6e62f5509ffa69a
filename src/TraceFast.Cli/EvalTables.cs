using TraceFast.Evaluation.Reporting;
using TraceFast.Evaluation.Statistics;
using TraceFast.Report;

namespace TraceFast.Cli;

/// <summary>Scores as tables for people.</summary>
internal static class EvalTables
{
    public static void Write(ScoredResult scored, TextWriter output, int width)
    {
        if (scored.Result.Warning is { } warning)
            WriteLines(warning, output, width);
        string of = string.Join(", ", scored.Result.Counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.Name}")));
        WriteLines(
            of.Length > 0
                ? $"{scored.Result.Bench}: {of}"
                : string.Create(CultureInfo.InvariantCulture, $"{scored.Result.Bench}: {scored.Result.Records.Count} records"), output,
                width);
        output.WriteLine();
        new TextTable(
            ["metric", "score", "95 % interval", "of"], [.. scored.Metrics.Select(m => (IReadOnlyList<string>)Cells(m))]).Write(output,
                width);
        foreach ((string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts) in scored.Breakdowns)
            Write(name, parts, output, width);
        foreach ((string what, string value) in scored.Result.Facts)
            WriteLines($"{what}: {value}", output, width);
    }

    public static void Write(IReadOnlyList<Comparison> comparisons, string a, string b, TextWriter output, int width)
    {
        WriteLines($"a: {a}", output, width);
        WriteLines($"b: {b}", output, width);
        output.WriteLine();
        new TextTable(["metric", "a", "b", "b - a", "95 % interval", "a better", "b better", "p", "test"],
        [
            .. comparisons.Select(c => (IReadOnlyList<string>)
            [
                TerminalText.OneLine(c.Name), Number(c.First), Number(c.Second), Signed(c.Second - c.First),
                $"[{Signed(c.Difference.Low)}, {Signed(c.Difference.High)}]",
                c.OnlyFirst.ToString(CultureInfo.InvariantCulture), c.OnlySecond.ToString(CultureInfo.InvariantCulture),
                c.PValue.ToString("0.0000", CultureInfo.InvariantCulture),
                c.Test == PairedTest.McNemarExact ? "McNemar, exact" : "paired bootstrap",
            ]),
        ]).Write(output, width);
    }

    private static void Write(
        string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts, TextWriter output, int width)
    {
        // The part is in the first column, which is repeated in every table that the columns are split into.
        bool several = parts.Any(p => p.Metrics.Count > 1);
        new TextTable([$"by {name}", "score", "95 % interval", "of"],
        [
            .. parts.SelectMany(
                p => p.Metrics.Select(
                    m => (IReadOnlyList<string>)[TerminalText.OneLine(several ? $"{p.Part}: {m.Name}" : p.Part), .. Cells(m)[1..]])),
        ]).Write(output, width);
    }

    private static void WriteLines(string text, TextWriter output, int width)
    {
        foreach (string line in TextTable.Wrap(TerminalText.OneLine(text), width))
            output.WriteLine(line);
    }

    private static string[] Cells(ScoredMetric m) =>
    [
        TerminalText.OneLine(m.Name),
        m.Value is { } value ? Number(value) : "-",
        m.Interval is { } i ? $"[{Number(i.Low)}, {Number(i.High)}]" : "-",
        m.Count.ToString("0.##", CultureInfo.InvariantCulture),
    ];

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
