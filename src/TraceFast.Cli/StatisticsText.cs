using System.Globalization;
using TraceFast.Data;
using TraceFast.Data.Statistics;

namespace TraceFast.Cli;

/// <summary>Data statistics as lines for people.</summary>
internal static class StatisticsText
{
    public static void Write(DataStatistics statistics, TextWriter output)
    {
        output.WriteLine(Invariant($"{statistics.Records} records ({string.Join(", ", statistics.Kinds.Select(k => Invariant($"{k.Value} {k.Key}")))})"));
        foreach (SourceReport source in statistics.Sources)
            output.WriteLine(Invariant($"  {source.Name}: {source.RecordsRead} read as {source.Layout ?? "nothing"}, {source.BadRecords} bad"));
        output.WriteLine(Invariant($"{"",-22}{"mean",9}{"p50",8}{"p90",8}{"p99",8}{"max",8}"));
        Row("messages", statistics.Turns, output);
        Rows("characters", statistics.Characters, output);
        if (statistics.Tokens is { } tokens)
            Rows("tokens", tokens, output);
        output.WriteLine("scripts: " + string.Join(", ", statistics.Scripts.Take(8).Select(s => Invariant($"{s.Script} {s.Letters} letters in {s.Records} records"))));
        output.WriteLine(Invariant($"duplicates: {statistics.Duplicates.Records}; equal responses: {statistics.EqualResponses}"));
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
