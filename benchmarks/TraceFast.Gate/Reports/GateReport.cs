using System.Net;
using System.Text.Json;
using TraceFast.Gate.Running;
using TraceFast.Report;

namespace TraceFast.Gate.Reports;

/// <summary>The outcome as a table for the terminal, as Markdown for a pull request, and as JSON.</summary>
public static class GateReport
{
    /// <summary>Of a row that the machine cannot measure, in JSON.</summary>
    internal const string NotMeasuredVerdict = "not_measured";

    private static readonly string[] s_headings = ["row", "verdict", "slowdown", "95 % interval", "base", "head", "pairs"];

    /// <summary>The last word, in one line.</summary>
    public static string Summary(GateResult result)
    {
        string rows = $"{result.Rows.Count} rows, {result.Processes} processes, {Number(result.Seconds / 60, "0.0")} min";
        string Names(Verdict verdict) => string.Join(", ", result.Rows.Where(r => r.Verdict == verdict).Select(r => r.Row.Name));
        return result.Fails ? $"regression: {Names(Verdict.Regression)} ({rows})"
            : result.CannotTell ? $"cannot tell: {Names(Verdict.CannotTell)} ({rows})" : $"no regression ({rows})";
    }

    public static void Write(GateResult result, TextWriter output, int width)
    {
        new TextTable(s_headings, Table(result)) { IsText = column => column < 2 }.Write(output, width);
        foreach ((string row, string remark) in Remarks(result))
            output.WriteLine($"{row}: {remark}");
        foreach ((string row, string version, string profile) in Profiles(result))
            output.WriteLine($"\n{row}, {version}:\n{profile}\n");
        output.WriteLine(Summary(result));
    }

    public static string Markdown(GateResult result)
    {
        List<string> lines =
        [
            $"**{Escape(Summary(result))}**", "",
            $"`{result.Run.Base}` against `{result.Run.Head}`, suite {Escape(result.Suite.Name)}, {Escape(result.Run.Machine.ToString())}",
            "",
            $"| {string.Join(" | ", s_headings)} |", "|---|---|---:|---:|---:|---:|---:|",
        ];
        lines.AddRange(Table(result).Select(r => $"| {string.Join(" | ", r.Select(Escape))} |"));
        lines.Add("");
        lines.AddRange(Remarks(result).Select(r => $"- {Escape(r.Row)}: {Escape(r.Remark)}"));
        foreach ((string row, string version, string profile) in Profiles(result))
            lines.AddRange(
                ["", "<details><summary>" + Html($"{row}, {version}") + "</summary>", "", $"<pre>{Html(profile)}</pre>", "", "</details>"]);
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>One object.</summary>
    public static byte[] Json(GateResult result)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteJson(result, json);
            json.WriteEndObject();
        }
        return [.. text.ToArray(), (byte)'\n'];
    }

    /// <summary>Writes the properties of one object.</summary>
    public static void WriteJson(GateResult result, Utf8JsonWriter json)
    {
        json.WriteString("verdict", result.Fails ? "regression" : result.CannotTell ? "cannot_tell" : "no_regression");
        json.WriteString("suite", result.Suite.Name);
        foreach ((string arm, string name, string tree, Revision? version) in new[]
            {
                ("base", result.Run.Base, result.Run.BaseTree, result.Versions?.Base),
                ("head", result.Run.Head, result.Run.HeadTree, result.Versions?.Head),
            })
        {
            json.WriteStartObject(arm);
            json.WriteString("name", name);
            json.WriteString("tree", tree);
            if (version is not null)
            {
                json.WriteString("commit", version.Commit);
                json.WriteString("date", version.Date);
            }
            json.WriteEndObject();
        }
        json.WriteString("machine", result.Run.Machine.ToString());
        json.WriteNumber("processes", result.Processes);
        json.WriteNumber("seconds", result.Seconds);
        json.WriteStartArray("rows");
        foreach (RowResult row in result.Rows)
            WriteRow(json, row);
        foreach (NotMeasured row in result.NotMeasured)
        {
            json.WriteStartObject();
            json.WriteString("row", row.Row.Name);
            json.WriteString("verdict", NotMeasuredVerdict);
            json.WriteString("reason", row.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter json, RowResult row)
    {
        json.WriteStartObject();
        json.WriteString("row", row.Row.Name);
        json.WriteString("verdict", JsonNamingPolicy.SnakeCaseLower.ConvertName($"{row.Verdict}"));
        json.WriteString("stage", JsonNamingPolicy.SnakeCaseLower.ConvertName($"{row.Stage}"));
        json.WriteNumber("slowdown", row.Slowdown);
        WriteFinite(json, "low", row.Low);
        WriteFinite(json, "high", row.High);
        json.WriteNumber("budget", row.Row.Bounds.Budget);
        json.WriteNumber("tolerance", row.Row.Bounds.Tolerance);
        json.WriteNumber("pairs", row.Pairs);
        json.WriteNumber("base", row.Base);
        json.WriteNumber("head", row.Head);
        json.WriteString("unit", row.Row.Unit);
        if (row.PairsNeeded is int needed)
            json.WriteNumber("pairs_needed", needed);
        if (row.Profiles is var (before, after))
        {
            json.WriteStartObject("profiles");
            json.WriteString("base", before);
            json.WriteString("head", after);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>A bound that there are too few pairs for is null.</summary>
    private static void WriteFinite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    private static IReadOnlyList<IReadOnlyList<string>> Table(GateResult result) =>
    [
        .. result.Rows.Select(Cells),
        .. result.NotMeasured.Select(n => new[] { n.Row.Name, "not measured" }.Concat(s_headings.Skip(2).Select(_ => "")).ToArray()),
    ];

    private static IEnumerable<(string Row, string Remark)> Remarks(GateResult result) =>
        result.Rows.Select(r => (r.Row.Name, Remark: Remark(r))).Where(r => r.Remark is not null)
            .Concat(result.NotMeasured.Select(n => (n.Row.Name, Remark: (string?)n.Reason)))!;

    private static IEnumerable<(string Row, string Version, string Profile)> Profiles(GateResult result) =>
        result.Rows.Where(r => r.Profiles is not null).SelectMany(r => new[]
        {
            (r.Row.Name, $"profile of base ({result.Run.Base})", r.Profiles!.Value.Base),
            (r.Row.Name, $"profile of head ({result.Run.Head})", r.Profiles.Value.Head),
        });

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private static IReadOnlyList<string> Cells(RowResult row) =>
    [
        row.Row.Name, Words(row), Percent(row.Slowdown), $"{Percent(row.Low)} to {Percent(row.High)}", Figure(row.Base, row),
        Figure(row.Head, row), $"{row.Pairs}",
    ];

    private static string Words(RowResult row) => row.Verdict switch
    {
        Verdict.Regression => "REGRESSION",
        Verdict.CannotTell => "cannot tell",
        Verdict.NotConfirmed => "did not recur",
        _ => row.IsFaster ? "faster" : "within budget",
    };

    private static string? Remark(RowResult row) => row.Verdict switch
    {
        Verdict.CannotTell when row.Row.IsCount =>
            "equal processes differ by more than the budget: it is no count; leave count: true out, or raise the budget",
        Verdict.CannotTell => $"too noisy for a budget of {Percent(row.Row.Bounds.Budget)} in the pairs and minutes of the suite: about "
            + $"{row.PairsNeeded} pairs in each stage would tell, or a larger budget",
        Verdict.NotConfirmed => "a slowdown was seen in one stage and not in new processes with another memory layout",
        Verdict.Regression when !row.Row.IsCount =>
            $"seen in {row.Pairs} pairs of new processes after a first stage had shown it; {row.Command.RunOf([row.Row])}",
        Verdict.Regression => $"in every process; {row.Command.RunOf([row.Row])}",
        _ => null,
    };

    private static string Figure(double value, RowResult row) => $"{Number(value, "G4")} {row.Row.Unit}".TrimEnd();

    internal static string Percent(double share) => double.IsFinite(share) ? Number(100 * share, "+0.0;-0.0;0.0") + " %" : "?";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
