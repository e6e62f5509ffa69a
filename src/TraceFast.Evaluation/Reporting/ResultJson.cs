using System.Text.Json;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Reporting;

/// <summary>
/// A result as one JSON object: counts and metrics under their names, <c>intervals</c> with [low, high] for each, and <c>by_...</c> for
/// each breakdown: part to {count, metrics, intervals}. A metric without a value is null. Where a judge decides, <c>unjudged</c> comes
/// first.
/// </summary>
public static class ResultJson
{
    /// <summary>Writes the properties; the caller starts and ends the object.</summary>
    public static void Write(ScoredResult scored, Utf8JsonWriter json)
    {
        WriteUnjudged(scored.Result, "unjudged", json);
        json.WriteString("bench", scored.Result.Bench);
        if (scored.Result.Counts.Count == 0)
            json.WriteNumber("records", scored.Result.Records.Count);
        foreach ((string name, int count) in scored.Result.Counts)
            json.WriteNumber(name, count);
        WriteMetrics(json, scored.Metrics);
        foreach ((string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts) in scored.Breakdowns)
        {
            json.WriteStartObject($"by_{name.Replace(' ', '_')}");
            foreach ((string part, IReadOnlyList<ScoredMetric> metrics) in parts)
            {
                json.WriteStartObject(part);
                json.WriteNumber("count", metrics[0].Count);
                WriteMetrics(json, metrics);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteStartObject("facts");
        foreach ((string what, string value) in scored.Result.Facts)
            json.WriteString(what, value);
        json.WriteEndObject();
    }

    /// <summary>Writes {"calls", "unanswered", "unreadable", "allowed"} where a judge decides, nothing else.</summary>
    public static void WriteUnjudged(BenchResult result, string name, Utf8JsonWriter json)
    {
        if (result.Judgements is not { } judgements)
            return;
        json.WriteStartObject(name);
        json.WriteNumber("calls", judgements.Calls);
        json.WriteNumber("unanswered", judgements.Unanswered);
        json.WriteNumber("unreadable", judgements.Unreadable);
        json.WriteNumber("allowed", result.AllowedUnjudged);
        json.WriteEndObject();
    }

    /// <summary>Writes the properties of a comparison; the caller starts and ends the object.</summary>
    public static void Write(IReadOnlyList<Comparison> comparisons, Utf8JsonWriter json)
    {
        json.WriteStartArray("metrics");
        foreach (Comparison c in comparisons)
        {
            json.WriteStartObject();
            json.WriteString("name", c.Name);
            WriteValue(json, "a", c.First);
            WriteValue(json, "b", c.Second);
            WriteValue(json, "difference", c.Second - c.First);
            WriteInterval(json, "interval", c.Difference);
            json.WriteNumber("only_a", c.OnlyFirst);
            json.WriteNumber("only_b", c.OnlySecond);
            json.WriteString("test", c.Test == PairedTest.McNemarExact ? "mcnemar_exact" : "paired_bootstrap");
            json.WriteNumber("p", c.PValue);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMetrics(Utf8JsonWriter json, IReadOnlyList<ScoredMetric> metrics)
    {
        foreach (ScoredMetric m in metrics)
            WriteValue(json, m.Name, m.Value ?? double.NaN);
        json.WriteStartObject("intervals");
        foreach (ScoredMetric m in metrics)
            WriteInterval(json, m.Name, m.Interval ?? new Interval(double.NaN, double.NaN));
        json.WriteEndObject();
    }

    private static void WriteInterval(Utf8JsonWriter json, string name, Interval interval)
    {
        if (!double.IsFinite(interval.Low))
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        json.WriteNumberValue(interval.Low);
        json.WriteNumberValue(interval.High);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
