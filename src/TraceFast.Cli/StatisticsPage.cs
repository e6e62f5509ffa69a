using System.Globalization;
using TraceFast.Synthesis;
using TraceFast.Data.Statistics;
using TraceFast.Report;

namespace TraceFast.Cli;

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
            .. statistics.Kinds.Select(k => ($"of kind {k.Key}", Number(k.Value))),
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
                ("topics", Number(constraints.Topics)), ("constraints broken on purpose", Number(constraints.Broken)),
                .. constraints.Languages.Select(l => ($"language {l.Name}", Number(l.Count))),
            ]);
            elements.AddRange(
                [Bars("Constraints of an instruction", "instructions", constraints.PerInstruction),
                    Bars("Groups", "constraints", constraints.Groups), Bars("Kinds", "constraints", constraints.Categories),
                    Bars("Sorts", "constraints", constraints.Types)]);
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
