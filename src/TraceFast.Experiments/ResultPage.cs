using System.Text.Json;
using TraceFast.Report;

namespace TraceFast.Experiments;

/// <summary>The demonstration as one HTML page: a table for each setting, findings, bars, training curves, answers side by side.</summary>
public static class ResultPage
{
    private const int Examples = 12;

    public static string Render(IReadOnlyList<SettingResult> results, ExperimentPlan plan)
    {
        List<(string, string)> facts =
        [
            ("quads of a run", FormattableString.Invariant($"{plan.Quads}")), ("seeds", FormattableString.Invariant($"{plan.Seeds}")),
            ("prompts",
                FormattableString.Invariant(
                    $"{plan.Prompts} with two to four constraints and {(plan.Prompts + 1) / 2} with one, in each domain")),
        ];
        // What was measured first, then how to read it.
        List<PageElement> elements =
        [
            .. results.Select(Scores),
            new Paragraphs("The figures", [ResultTable.Legend(plan)]),
            new Paragraphs(
                "When IOPO helps, and when it does not",
                [.. Findings.Summary(results), .. Findings.UnaskedTitles(results), .. Findings.Background, .. Findings.Of(results)]),
        ];
        foreach (SettingResult result in results)
        {
            string title = result.Setting.Title;
            elements.Add(new Paragraphs($"Setting: {title}", [result.Setting.What]));
            elements.Add(Bars(result));
            (string Name,
                JsonElement[] Steps)[] runs = [
                    .. result.Rows.Where(r => r.Hyperparameters is not null)
                        .Select(r => (r.Title, Lines(Path.Combine(r.Runs[0].Folder, StageRunner.MetricsFile))))];
            elements.Add(Curves(runs, s => Value(s, "loss"), $"{title}: training loss", "loss, nats"));
            elements.Add(Curves(runs, s => Value(s, "margins"), $"{title}: margin of the rewards", "margin, nats"));
            elements.Add(
                Curves(runs,
                    Chosen, $"{title}: reward of the right answers, b (policy - reference): below 0 they became less likely than before",
                    "nats"));
            elements.Add(SideBySide(result));
        }

        return HtmlPage.Render("SFT, DPO and IOPO on quads of a model of our own", facts, elements);
    }

    private static DataTable Scores(SettingResult result)
    {
        (IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows) = ResultTable.Of(result);
        return new DataTable($"{result.Setting.Title}: scores", headings, rows);
    }

    private static BarChart Bars(SettingResult result) => new(
        $"{result.Setting.Title}: all constraints obeyed", "IF-M, share of prompts, 95 % intervals", ["in domain", "out of domain"],
        [.. result.Rows.Select(r => new BarRow(r.Title, [Bar(Figure.IfMIn.Estimate(r)), Bar(Figure.IfMOut.Estimate(r))]))], 1);

    private static BarValue Bar(Estimate e) => new(e.Value, e.Interval.Low, e.Interval.High);

    /// <param name="runs">Of the first seed: lines of metrics.jsonl.</param>
    /// <param name="of">A step's value; null: it has none.</param>
    /// <param name="unit">What is drawn, with its unit.</param>
    private static LineChart Curves((string Name, JsonElement[] Steps)[] runs, Func<JsonElement, double?> of, string title, string unit)
    {
        List<Series> series = [];
        foreach ((string name, JsonElement[] steps) in runs)
        {
            (double X,
                double Y)[] points = [
                    .. steps.Where(s => of(s) is not null).Select(s => (s.GetProperty("step").GetInt32() + 1.0, of(s)!.Value))];
            if (points.Length > 0)
                series.Add(new Series(name, [.. points.Select(p => p.X)], [.. points.Select(p => p.Y)]));
        }

        return new LineChart(title, "optimizer step, first seed", unit, series);
    }

    private static double? Value(JsonElement step, string key) =>
        step.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>Mean reward of x1y1 and, where it is read, x2y2; formerly c1 and c2.</summary>
    private static double? Chosen(JsonElement step) =>
        step.TryGetProperty("rewards", out JsonElement rewards) && rewards.ValueKind == JsonValueKind.Object
            ? rewards.EnumerateObject().Where(r => r.Name is "chosen" or "x1y1" or "x2y2" or "c1" or "c2").Select(r => r.Value.GetDouble())
                .DefaultIfEmpty(double.NaN).Average() : null;

    /// <summary>
    /// Some prompts in and out of domain with every method's answer, of the first seed; above each how many of its constraints it obeys.
    /// </summary>
    private static DataTable SideBySide(SettingResult result)
    {
        ResultRow[] rows = [.. result.Rows];
        JsonElement[][] answers = [.. rows.Select(r => Lines(r.Runs[0].Responses))];
        int all = answers[0].Length;
        int[] shown = [.. Enumerable.Range(0, Examples).Select(i => (int)((long)i * all / Examples))];
        return new DataTable(
            $"{result.Setting.Title}: answers side by side", ["prompt", .. rows.Select(r => r.Title)],
            [.. shown.Select(
                i => (IReadOnlyList<string>)[
                    answers[0][i].GetProperty("prompt").GetString()!,
                    .. rows.Select((r, m) => Mark(r.Runs[0].Scores, i) + answers[m][i].GetProperty("response").GetString())])])
                    {
                        IsText = true,
                    };
    }

    private static string Mark(Scores scores, int prompt)
    {
        foreach (PromptSetScores set in scores.Sets)
        {
            if (prompt < set.Of.Count)
                return $"[{set.Obeyed[prompt]} of {set.Of[prompt]}]\n";
            prompt -= set.Of.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "there are fewer prompts");
    }

    private static JsonElement[] Lines(string path) => [.. File.ReadLines(path).Select(l => JsonSerializer.Deserialize<JsonElement>(l))];
}
