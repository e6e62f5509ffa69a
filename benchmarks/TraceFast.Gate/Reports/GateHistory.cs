using System.Text.Json;
using Perfolizer.Mathematics.Cpd;
using TraceFast.Report;

namespace TraceFast.Gate.Reports;

/// <summary>A version in a result's file.</summary>
public sealed record HistoryVersion(string Name, string Tree, string Commit, DateTimeOffset Date);

/// <summary>A row in a result's file.</summary>
public sealed record HistoryRow(
    string Row, string Verdict, double Slowdown, double? Low, double? High, double Base, double Head);

/// <summary>A gate run's result, as its file has it.</summary>
public sealed record HistoryRun(
    string Path, string Suite, string Machine, string Verdict, HistoryVersion Base, HistoryVersion Head, IReadOnlyList<HistoryRow> Rows);

/// <summary>
/// What the results of a folder say over time, as a page: a curve for each row, and where it changed.
/// <code>
///   level(first base) = 1;   level(head) = level(base) (1 + slowdown)       runs in the order of head's commits
///   change points: ED-PELT over ln level, at least <see cref="Shortest"/> versions between two
/// </code>
/// The slowdown of a run was measured side by side, so that the level does not move with the machine, as the figures do. The level of a base
/// that no earlier run knows is that of its figure: base / first base.
/// Source of ED-PELT: K. Haynes, P. Fearnhead, I. A. Eckley, Stat. Comput. 27 (2017), as Perfolizer has it.
/// </summary>
public static class GateHistory
{
    /// <summary>Fewest versions between two change points.</summary>
    public const int Shortest = 3;

    /// <summary>All results below a folder, in the order of head's commits.</summary>
    /// <exception cref="InputException">There is none, or a file is no result.</exception>
    public static IReadOnlyList<HistoryRun> Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: there is no such folder; expected one with results of bench gate below it");
        HistoryRun[] runs =
        [
            .. Directory.EnumerateFiles(folder, BenchmarkGate.ResultFile, SearchOption.AllDirectories).Select(ReadFile)
                .OrderBy(r => r.Head.Date).ThenBy(r => r.Path, StringComparer.Ordinal),
        ];
        return runs.Length > 0 ? runs
            : throw new InputException($"{folder}: no {BenchmarkGate.ResultFile} below it; expected results of bench gate");
    }

    /// <summary>The level of a row after each run; NaN where a run does not have it.</summary>
    public static double[] Levels(IReadOnlyList<HistoryRun> runs, string row)
    {
        Dictionary<string, double> known = [];
        double? first = null;
        double[] levels = new double[runs.Count];
        for (int i = 0; i < runs.Count; i++)
        {
            if (runs[i].Rows.FirstOrDefault(r => r.Row == row && r.Verdict != GateReport.NotMeasuredVerdict) is not { } measured)
            {
                levels[i] = double.NaN;
                continue;
            }
            first ??= measured.Base;
            double before = known.TryGetValue(runs[i].Base.Tree, out double level) ? level : measured.Base / first.Value;
            known.TryAdd(runs[i].Base.Tree, before);
            known[runs[i].Head.Tree] = levels[i] = before * (1 + measured.Slowdown);
        }
        return levels;
    }

    /// <summary>Indexes of the runs whose heads begin another level.</summary>
    public static IReadOnlyList<int> ChangePoints(double[] levels)
    {
        // The first base's level is the beginning; a run that lacks the row is none of its points.
        int[] at = [.. Enumerable.Range(0, levels.Length).Where(i => double.IsFinite(levels[i]))];
        double[] logs = [0, .. at.Select(i => Math.Log(levels[i]))];
        return logs.Length < 2 * Shortest ? []
            : [.. EdPeltChangePointDetector.Instance.GetChangePointIndexes(logs, Shortest).Select(i => at[i])];
    }

    public static string Page(string folder, IReadOnlyList<HistoryRun> runs)
    {
        string[] rows =
        [
            .. runs.SelectMany(r => r.Rows).Where(r => r.Verdict != GateReport.NotMeasuredVerdict).Select(r => r.Row).Distinct(),
        ];
        List<IReadOnlyList<string>> changes = [];
        List<PageElement> curves = [];
        double[] x = [.. Enumerable.Range(0, runs.Count + 1)];
        foreach (string row in rows)
        {
            double[] levels = Levels(runs, row);
            curves.Add(new LineChart(
                row, "run", "level, % of the first base", [new Series(row, x, [100, .. levels.Select(l => 100 * l)])]));
            changes.AddRange(ChangePoints(levels).Select(i => new[]
            {
                row, $"{i + 1}", Short(runs[i].Head), GateReport.Percent(levels[i] / (i == 0 ? 1 : levels[i - 1]) - 1),
                runs[i].Rows.First(r => r.Row == row).Verdict,
            }));
        }
        (string, string)[] facts =
        [
            ("results", folder), ("runs", $"{runs.Count}"), ("suites", string.Join(", ", runs.Select(r => r.Suite).Distinct())),
            ("machines", string.Join("; ", runs.Select(r => r.Machine).Distinct())),
        ];
        List<PageElement> elements =
        [
            changes.Count > 0
                ? new DataTable("Change points", ["row", "run", "version", "against the one before", "the gate's word"], changes)
                : new Paragraphs("Change points", [$"None (a change is a point with at least {Shortest} versions on either side)."]),
            .. curves,
            new DataTable("Runs", ["run", "version", "against", "committed", "verdict", "rows that changed"], [.. runs.Select(Line)]),
        ];
        return HtmlPage.Render("Benchmark gate", facts, elements);
    }

    private static IReadOnlyList<string> Line(HistoryRun run, int index) =>
    [
        $"{index + 1}", Short(run.Head), Short(run.Base), run.Head.Date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        run.Verdict.Replace('_', ' '),
        string.Join(
            ", ",
            run.Rows.Where(r => r.Verdict == "regression" || r.High < 0).Select(r => $"{r.Row} {GateReport.Percent(r.Slowdown)}")),
    ];

    private static string Short(HistoryVersion version) => $"{version.Name} ({version.Commit[..Math.Min(12, version.Commit.Length)]})";

    private static HistoryRun ReadFile(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement run = document.RootElement;
            return new HistoryRun(
                path, Text(run, "suite"), Text(run, "machine"), Text(run, "verdict"), Version(run, "base"), Version(run, "head"),
                [.. run.GetProperty("rows").EnumerateArray().Select(Row)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path}: no result of bench gate ({e.Message}); remove the file, or name another folder", e);
        }
    }

    private static HistoryVersion Version(JsonElement run, string arm)
    {
        JsonElement version = run.GetProperty(arm);
        return new HistoryVersion(
            Text(version, "name"), Text(version, "tree"), Text(version, "commit"), version.GetProperty("date").GetDateTimeOffset());
    }

    private static HistoryRow Row(JsonElement row)
    {
        string verdict = Text(row, "verdict");
        return verdict == GateReport.NotMeasuredVerdict ? new HistoryRow(Text(row, "row"), verdict, 0, null, null, 0, 0)
            : new HistoryRow(
                Text(row, "row"), verdict, row.GetProperty("slowdown").GetDouble(), Bound(row, "low"), Bound(row, "high"),
                row.GetProperty("base").GetDouble(), row.GetProperty("head").GetDouble());
    }

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    /// <summary>Null: there were too few pairs for it.</summary>
    private static double? Bound(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}
