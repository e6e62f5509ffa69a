using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Data.Statistics;
using TraceFast.Report;
using TraceFast.Synthesis;

namespace TraceFast.Cli;

/// <summary>Data statistics as text.</summary>
internal static class StatisticsText
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The statistics' own object, with "constraints" where records carry them.</summary>
    public static string ToJson(DataStatistics statistics, ConstraintStatistics? constraints)
    {
        if (constraints is null)
            return statistics.ToJson();
        JsonNode all = JsonNode.Parse(statistics.ToJson())!;
        all["constraints"] = JsonSerializer.SerializeToNode(constraints, s_json);
        return all.ToJsonString(s_json);
    }

    public static void Write(DataStatistics statistics, ConstraintStatistics? constraints, TextWriter output)
    {
        output.WriteLine(
            Invariant(
                $"{statistics.Records} records ({string.Join(", ", statistics.Kinds.Select(k => Invariant($"{k.Value} {k.Key}")))})"));
        foreach (SourceReport source in statistics.Sources)
            output.WriteLine(
                Invariant($"  {source.Name}: {source.RecordsRead} read as {source.Layout ?? "nothing"}, {source.BadRecords} bad"));
        output.WriteLine(Invariant($"{"",-22}{"mean",9}{"p50",8}{"p90",8}{"p99",8}{"max",8}"));
        Row("messages", statistics.Turns, output);
        Rows("characters", statistics.Characters, output);
        if (statistics.Tokens is { } tokens)
            Rows("tokens", tokens, output);
        output.WriteLine(
            "scripts: "
                + string.Join(
                    ", ", statistics.Scripts.Take(8).Select(s => Invariant($"{s.Script} {s.Letters} letters in {s.Records} records"))));
        output.WriteLine(Invariant($"duplicates: {statistics.Duplicates.Records}; equal responses: {statistics.EqualResponses}"));
        if (constraints is not null)
            Write(constraints, output);
    }

    private static void Write(ConstraintStatistics constraints, TextWriter output)
    {
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"constraints: {constraints.Constraints} in {constraints.Instructions} instructions of {constraints.Records} records, "
                + $"{constraints.Topics} topics, {constraints.Broken} violated on purpose"));
        (string, IReadOnlyList<NamedCount>)[] tables =
        [
            ("languages", constraints.Languages), ("made by", constraints.Sources), ("per instruction", constraints.PerInstruction),
            ("groups", constraints.Groups), ("categories", constraints.Categories), ("types", constraints.Types),
        ];
        foreach ((string name, IReadOnlyList<NamedCount> counts) in tables)
            output.WriteLine($"  {name}: " + string.Join(", ", counts.Select(c => Invariant($"{c.Name} {c.Count}"))));
    }

    private static void Rows(string unit, PartLengths lengths, TextWriter output)
    {
        Row($"{unit} of prompts", lengths.Prompt, output);
        Row($"{unit} of responses", lengths.Response, output);
    }

    private static void Row(string name, LengthSummary s, TextWriter output) =>
        output.WriteLine(Invariant($"{name,-22}{s.Mean,9:0.0}{s.P50,8}{s.P90,8}{s.P99,8}{s.Max,8}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Data statistics as one page that opens offline.</summary>
internal static class StatisticsPage
{
    public static string Render(DataStatistics statistics, ConstraintStatistics? constraints)
    {
        List<(string, string)> facts =
        [
            ("records", Number(statistics.Records)),
            .. statistics.Sources.Select(
                s => ("file", $"{s.Name}: {Number(s.RecordsRead)} read as {s.Layout ?? "nothing"}, {Number(s.BadRecords)} bad")),
            .. statistics.Kinds.Select(k => ($"of layout {k.Key}", Number(k.Value))),
            ("duplicates", Number(statistics.Duplicates.Records)),
            ("equal responses", Number(statistics.EqualResponses)),
        ];
        List<PageElement> elements = [
            Lengths(statistics),
            new DataTable(
                "Scripts", ["script", "letters", "records"],
                [.. statistics.Scripts.Select(s => (IReadOnlyList<string>)[s.Script, Number(s.Letters), Number(s.Records)])])];
        if (constraints is not null)
        {
            facts.AddRange(
            [
                ("records with constraints", Number(constraints.Records)), ("instructions", Number(constraints.Instructions)),
                ("constraints", Number(constraints.Constraints)),
                ("topics", Number(constraints.Topics)), ("constraints violated on purpose", Number(constraints.Broken)),
                .. constraints.Languages.Select(l => ($"language {l.Name}", Number(l.Count))),
            ]);
            elements.AddRange(
                [Bars("Constraints of an instruction", "instructions", constraints.PerInstruction),
                    Bars("Groups", "constraints", constraints.Groups), Bars("Categories", "constraints", constraints.Categories),
                    Bars("Types", "constraints", constraints.Types)]);
        }

        return HtmlPage.Render("Data statistics", facts, elements);
    }

    private static DataTable Lengths(DataStatistics statistics)
    {
        List<IReadOnlyList<string>> rows = [
            Row("messages", statistics.Turns), Row("characters of prompts", statistics.Characters.Prompt),
            Row("characters of responses", statistics.Characters.Response)];
        if (statistics.Tokens is { } tokens)
            rows.AddRange([Row("tokens of prompts", tokens.Prompt), Row("tokens of responses", tokens.Response)]);
        return new("Lengths", ["of", "mean", "p50", "p90", "p99", "max"], rows);
    }

    private static string[] Row(string name, LengthSummary s) =>
        [name, s.Mean.ToString("0.0", CultureInfo.InvariantCulture), Number(s.P50), Number(s.P90), Number(s.P99), Number(s.Max)];

    private static BarChart Bars(string title, string unit, IReadOnlyList<NamedCount> counts) =>
        new(title,
            unit, [unit],
            [.. counts.Select(
                c => new BarRow(c.Name.TrimStart('0') is { Length: > 0 } name ? name : "0", [new BarValue(c.Count, c.Count, c.Count)]))],
                Math.Max(1, counts.Select(c => c.Count).DefaultIfEmpty().Max()));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
