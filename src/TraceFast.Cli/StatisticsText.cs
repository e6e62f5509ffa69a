using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Synthesis;
using TraceFast.Data;
using TraceFast.Data.Statistics;

namespace TraceFast.Cli;

/// <summary>Data statistics as lines for people.</summary>
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
                + $"{constraints.Topics} topics, {constraints.Broken} broken on purpose"));
        (string, IReadOnlyList<NamedCount>)[] tables =
        [
            ("languages", constraints.Languages), ("made by", constraints.Sources), ("per instruction", constraints.PerInstruction),
            ("groups", constraints.Groups), ("kinds", constraints.Categories), ("sorts", constraints.Types),
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
