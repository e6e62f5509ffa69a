using System.Globalization;
using Spectre.Console;
using TraceFast.Evaluation.Reporting;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Cli;

/// <summary>Scores as tables for people.</summary>
internal static class EvalTables
{
    /// <summary>Wide enough for every table, whatever the terminal is: a pipe must not cut numbers off.</summary>
    private const int Width = 140;

    public static void Write(ScoredResult scored, TextWriter output)
    {
        IAnsiConsole console = Console(output);
        string of = string.Join(", ", scored.Result.Counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.Name}")));
        console.WriteLine(of.Length > 0 ? $"{scored.Result.Bench}: {of}" : string.Create(CultureInfo.InvariantCulture, $"{scored.Result.Bench}: {scored.Result.Records.Count} records"));
        Table table = NewTable("metric", "score", "95 % interval", "of");
        foreach (ScoredMetric m in scored.Metrics)
            table.AddRow(Cells(m.Name, m));
        console.Write(table);
        foreach ((string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts) in scored.Breakdowns)
            Write(console, name, parts);
        foreach ((string what, string value) in scored.Result.Facts)
            console.WriteLine($"{what}: {value}");
    }

    public static void Write(IReadOnlyList<Comparison> comparisons, string a, string b, TextWriter output)
    {
        IAnsiConsole console = Console(output);
        console.WriteLine($"a: {a}");
        console.WriteLine($"b: {b}");
        Table table = NewTable("metric", "a", "b", "b - a", "95 % interval", "a better", "b better", "p", "test");
        foreach (Comparison c in comparisons)
            table.AddRow(
                Markup.Escape(c.Name), Number(c.First), Number(c.Second), Signed(c.Second - c.First), Markup.Escape($"[{Signed(c.Difference.Low)}, {Signed(c.Difference.High)}]"),
                c.OnlyFirst.ToString(CultureInfo.InvariantCulture), c.OnlySecond.ToString(CultureInfo.InvariantCulture), c.PValue.ToString("0.0000", CultureInfo.InvariantCulture),
                c.Test == PairedTest.McNemarExact ? "McNemar, exact" : "paired bootstrap");
        console.Write(table);
    }

    private static void Write(IAnsiConsole console, string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts)
    {
        Table table = NewTable($"by {name}", "metric", "score", "95 % interval", "of");
        foreach ((string part, IReadOnlyList<ScoredMetric> metrics) in parts)
            for (int i = 0; i < metrics.Count; i++)
                table.AddRow([i == 0 ? Markup.Escape(part) : "", .. Cells(metrics[i].Name, metrics[i])]);
        console.Write(table);
    }

    private static string[] Cells(string name, ScoredMetric m) =>
    [
        Markup.Escape(name),
        m.Value is { } value ? Number(value) : "-",
        m.Interval is { } i ? Markup.Escape($"[{Number(i.Low)}, {Number(i.High)}]") : "-",
        m.Count.ToString("0.##", CultureInfo.InvariantCulture),
    ];

    private static Table NewTable(params string[] headings)
    {
        Table table = new() { Border = TableBorder.Simple };
        for (int i = 0; i < headings.Length; i++)
            table.AddColumn(new TableColumn(Markup.Escape(headings[i])) { NoWrap = true, Alignment = headings[i] is "score" or "of" or "a" or "b" or "p" ? Justify.Right : Justify.Left });
        return table;
    }

    private static IAnsiConsole Console(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = Width;
        return console;
    }

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
