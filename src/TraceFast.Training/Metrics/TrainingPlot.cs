using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Report;

namespace TraceFast.Training.Metrics;

/// <summary>
/// The run's curves as one HTML page, drawn from what <see cref="RunFiles"/> wrote, so that a resumed run shows all of its steps.
/// </summary>
internal static class TrainingPlot
{
    public const string FileName = "training_loss.html";

    /// <summary>Writes the page into <paramref name="folder"/>; returns its path.</summary>
    public static string Write(string folder, string title, Action<string> log)
    {
        IReadOnlyList<JsonElement> steps = LoggedLines.Read(Path.Combine(folder, RunFiles.MetricsFile), log);
        IReadOnlyList<JsonElement> evaluations = LoggedLines.Read(Path.Combine(folder, RunFiles.EvaluationsFile), log);
        Series loss = Curve("loss", steps, "step", "loss");
        List<Series> losses = [loss, new Series("smoothed", loss.X, Smooth(loss.Y))];
        Series evaluated = Curve("evaluation", evaluations, "steps", "eval_loss");
        if (evaluated.X.Count > 0)
            losses.Add(evaluated);

        List<LineChart> charts = [new("Loss", "step", "nats", losses)];
        Series margins = Curve("margin", steps, "step", "margins");
        if (margins.X.Count > 0)
        {
            charts.Add(
                new("Margin of the rewards", "step", "beta x nats", [margins, new Series("smoothed", margins.X, Smooth(margins.Y))]));
            charts.Add(new("Records with a margin above 0", "step", "share", [Curve("accuracy", steps, "step", "accuracies")]));
        }

        charts.Add(new("Gradient norm before clipping", "step", "L2 norm", [Curve("gradient norm", steps, "step", "grad_norm")]));
        charts.Add(new("Learning rate", "step", "rate", [Curve("learning rate", steps, "step", "lr")]));
        string path = Path.Combine(folder, FileName);
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(HtmlPage.Render(title, Facts(steps), charts)));
        return path;
    }

    /// <summary>
    /// Exponential moving average, stronger the longer the run: weight 1.8 (1 / (1 + exp(-0.05 n)) - 0.5).
    /// Source: LLaMA-Factory, extras/ploting.py.
    /// </summary>
    internal static double[] Smooth(IReadOnlyList<double> values)
    {
        double weight = 1.8 * (1 / (1 + Math.Exp(-0.05 * values.Count)) - 0.5);
        double[] smoothed = new double[values.Count];
        for (int i = 0; i < values.Count; i++)
            smoothed[i] = i == 0 ? values[0] : smoothed[i - 1] * weight + (1 - weight) * values[i];
        return smoothed;
    }

    private static List<(string, string)> Facts(IReadOnlyList<JsonElement> steps)
    {
        if (steps.Count == 0)
            return [("steps", "0")];
        List<(string, string)> facts = [("steps", steps.Count.ToString(CultureInfo.InvariantCulture))];
        foreach (string name in new[] { "loss", "margins", "accuracies", "quads_per_s", "peak_mib" })
            if (steps[^1].TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number)
                facts.Add(($"last {name}", value.GetDouble().ToString("G6", CultureInfo.InvariantCulture)));
        return facts;
    }

    private static Series Curve(string name, IReadOnlyList<JsonElement> lines, string x, string y)
    {
        List<double> xs = [], ys = [];
        foreach (JsonElement line in lines)
            if (line.TryGetProperty(y, out JsonElement value) && value.ValueKind == JsonValueKind.Number)
            {
                xs.Add(line.GetProperty(x).GetDouble());
                ys.Add(value.GetDouble());
            }

        return new Series(name, xs, ys);
    }
}
