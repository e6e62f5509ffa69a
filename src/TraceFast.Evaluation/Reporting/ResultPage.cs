using TraceFast.Evaluation.Statistics;
using TraceFast.Report;

namespace TraceFast.Evaluation.Reporting;

/// <summary>
/// A result as one HTML page: scores and parts as bars with 95 % intervals, and each response that failed a constraint with reason and
/// place.
/// </summary>
public static class ResultPage
{
    /// <param name="responses">What was scored, as the reader knows it.</param>
    public static string Render(ScoredResult scored, string responses)
    {
        BenchResult result = scored.Result;
        List<(string, string)> facts = [
            .. result.Warning is { } warning ? [("attention", warning)] : Array.Empty<(string, string)>(), ("responses", responses),
            ("records", Number(result.Records.Count)),
            .. result.Counts.Where(c => c.Name != "records").Select(c => (c.Name, Number(c.Count)))];
        facts.AddRange(scored.Metrics.Select(m => (m.Name, Text(m))));
        facts.Add(("intervals", $"95 %, percentile bootstrap over records, {Number(Bootstrap.Resamples)} resamples, fixed seed"));
        facts.AddRange(result.Facts);
        List<PageElement> elements = [];
        if (result.IsWhole)
        {
            elements.Add(new BarChart("Scores", "share", ["score"], [.. scored.Metrics.Select(m => new BarRow(m.Name, [Bar(m)]))], 1));
            foreach ((string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts) in scored.Breakdowns)
                if (parts.Count > 0)
                    elements.AddRange(Charts(name, parts));
        }

        elements.Add(Failures(result));
        return HtmlPage.Render($"{result.Bench}: {Path.GetFileName(responses)}", facts, elements);
    }

    /// <summary>Value and interval with three decimals: "0.843 [0.811, 0.874]".</summary>
    public static string Text(ScoredMetric metric) => metric switch
    {
        { Value: { } value, Interval: { } i } =>
            string.Create(CultureInfo.InvariantCulture, $"{value:0.000} [{i.Low:0.000}, {i.High:0.000}]"),
        _ => "no score",
    };

    /// <summary>One chart, with a series for each metric that its parts have in common.</summary>
    private static IEnumerable<BarChart> Charts(string name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> parts)
    {
        foreach (IGrouping<string, (string Part, IReadOnlyList<ScoredMetric> Metrics)> alike in parts.GroupBy(
            p => string.Join(", ", p.Metrics.Select(m => m.Name))))
        {
            string[] series = [.. alike.First().Metrics.Select(m => m.Name)];
            BarRow[] rows = [.. alike.Select(p => new BarRow($"{p.Part} ({Number(p.Metrics[0].Count)})", [.. p.Metrics.Select(Bar)]))];
            double highest = rows.SelectMany(r => r.Values).Select(v => double.IsFinite(v.High) ? v.High : v.Value).Where(double.IsFinite)
                .DefaultIfEmpty(1).Max();
            yield return new BarChart($"By {name}", series.Length == 1 ? series[0] : "share", series, rows, Math.Max(1, highest));
        }
    }

    private static MarkedTexts Failures(BenchResult result)
    {
        MarkedText[] items = [.. result.Records.Where(r => r.Constraints.Any(c => c.Outcome != Outcome.Obeyed)).Select(Item)];
        return new MarkedTexts(
            "Failed constraints",
            $"{Number(items.Length)} of {Number(result.Records.Count)} responses fail a constraint. The passage that the reason refers to "
                + "is highlighted; where nothing is, it is the whole response.",
            "prompt", "response", items);
    }

    private static MarkedText Item(RecordResult record)
    {
        ConstraintResult[] failed = [.. record.Constraints.Where(c => c.Outcome != Outcome.Obeyed)];
        return new MarkedText(
            $"line {Number(record.Line)}, {Number(failed.Length)} of {Number(record.Constraints.Count)} "
                + $"failed: {string.Join(", ", failed.Select(f => f.Type).Distinct())}",
            record.Prompt,
            record.Response,
            [.. failed.Select(
                f => new Note(f.Type, $"{(f.Outcome == Outcome.NeedsJudge ? "undecided: " : "")}asked: {f.Text}. Found: {f.Reason}"))],
            [.. failed.SelectMany((f, n) => f.Places.Select(p => new Mark(p.Start, p.Length, n)))]);
    }

    private static BarValue Bar(ScoredMetric metric) =>
        new(metric.Value ?? double.NaN, metric.Interval?.Low ?? double.NaN, metric.Interval?.High ?? double.NaN);

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
