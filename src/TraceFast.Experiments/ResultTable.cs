using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Report;

namespace TraceFast.Experiments;

/// <summary>
/// The paper's table as text and as JSON: IF-S, IF-M and the mean over constraints, in and out of domain, of every method in every setting.
/// </summary>
public static class ResultTable
{
    /// <summary>Headings and rows of a setting's table.</summary>
    public static (IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows) Of(SettingResult result)
    {
        string[] headings = [
            "", .. Figure.All.Select(f => f.Title), "unasked titles", "cut", "tokens", "read in training", "training", "hyperparameters"];
        return (headings, [.. result.Rows.Select(r => (IReadOnlyList<string>)
        [
            r.Title, .. Figure.All.Select(f => Text(f.Estimate(r))), Percent(r.Runs.Average(f => f.Scores.UnaskedTitles)),
            Percent(r.Runs.Average(f => f.Scores.CutAnswers)), Number(r.Runs.Average(f => f.Scores.MeanTokens), "0.0"),
            Training(r, t => t.Tokens, "0", " tokens"), Training(r, t => t.Seconds, "0.0", " s"), r.Hyperparameters?.ToString() ?? "",
        ])]);
    }

    /// <summary>For people, no line longer than <paramref name="width"/>.</summary>
    public static void Write(IReadOnlyList<SettingResult> results, ExperimentPlan plan, TextWriter output, int width)
    {
        foreach (SettingResult result in results)
        {
            output.WriteLine();
            Lines($"{Capital(result.Setting.Title)}. {result.Setting.What}");
            (IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows) = Of(result);
            new TextTable(headings, rows) { IsText = c => c == 0 || c == headings.Count - 1 }.Write(output, width);
        }

        Lines(Legend(plan));
        foreach (string finding in Findings.Summary(results).Concat(Findings.UnaskedTitles(results)))
            Lines("- " + finding);

        void Lines(string text)
        {
            foreach (string line in TextTable.Wrap(text, width))
                output.WriteLine(line);
        }
    }

    public static string Legend(ExperimentPlan plan) =>
        "IF-S: share of prompts with one constraint that is obeyed; IF-M: of prompts with two to four, the share all of which are obeyed; "
            + "mean: share of all constraints obeyed; in percent, with half of the " +
        (plan.Seeds > 1
            ? $"95 % interval over {plan.Seeds} seeds (Student's t, the prompts being the same; of the base model over prompts)."
            : "95 % interval over prompts (bootstrap; one seed: it does not hold what another training run would change).") +
        " In domain: combinations of constraints that no training record has. Out of domain: a third each of templates, types and topics "
        + "that no quad has; the base model has seen them. Tests are not corrected for "
        + "their number: of twenty comparisons without a difference, one " +
        "is expected to look clear. Cut: answers that did not end by themselves; tokens: mean length of an answer. Read in training: a "
        + "prompt is counted with each of its answers, so twice the quads make the tokens " +
        "of methods that read two sequences of a quad equal to those of methods that read four.";

    /// <summary>
    /// An object for each setting, in it one for each row with [value, low, high] of each figure; "iopo_minus" and "iopo_sft_minus" have
    /// [difference, low, high, p] for each other row.
    /// </summary>
    public static void Write(IReadOnlyList<SettingResult> results, Utf8JsonWriter json)
    {
        foreach (SettingResult result in results)
        {
            json.WriteStartObject(result.Setting.Name);
            foreach (ResultRow row in result.Rows)
            {
                json.WriteStartObject(row.Name);
                foreach (Figure figure in Figure.All)
                {
                    Estimate estimate = figure.Estimate(row);
                    json.WriteNumbers(figure.Name, [estimate.Value, estimate.Interval.Low, estimate.Interval.High]);
                }

                json.WriteNumber("unasked_titles", row.Runs.Average(f => f.Scores.UnaskedTitles));
                json.WriteNumber("cut", row.Runs.Average(f => f.Scores.CutAnswers));
                json.WriteNumber("tokens", row.Runs.Average(f => f.Scores.MeanTokens));
                json.WriteNumber("quads", row.Quads);
                if (row.Hyperparameters is { } hyperparameters)
                {
                    json.WriteNumber("seconds", row.Runs.Average(f => f.Trained!.Seconds));
                    json.WriteNumber("training_tokens", row.Runs.Average(f => f.Trained!.Tokens));
                    json.WriteNumber("training_tokens_computed", row.Runs.Average(f => f.Trained!.Computed));
                    json.WriteNumber("learning_rate", hyperparameters.LearningRate);
                    if (hyperparameters.Beta is { } beta)
                        json.WriteNumber("beta", beta);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        foreach (Method subject in Findings.Subjects)
            WriteDifferences(results, subject, json);
    }

    private static void WriteDifferences(IReadOnlyList<SettingResult> results, Method subject, Utf8JsonWriter json)
    {
        json.WriteStartObject(subject.Name + "_minus");
        foreach (SettingResult result in results)
        {
            json.WriteStartObject(result.Setting.Name);
            foreach ((ResultRow other, Figure figure, Difference difference) in Findings.Differences(result, subject))
                json.WriteNumbers(
                    $"{other.Name}/{figure.Name}",
                    [difference.Value, difference.Interval.Low, difference.Interval.High, difference.PValue]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static string Percent(double share) => Number(100 * share, "0.0") + " %";

    private static string Training(ResultRow row, Func<TrainingCost, double> of, string format, string unit) =>
        row.Hyperparameters is null ? "" : Number(row.Runs.Average(f => of(f.Trained!)), format) + unit;

    private static string Text(Estimate e) => $"{Number(100 * e.Value, "0.0")} ±{Number(50 * (e.Interval.High - e.Interval.Low), "0.0")}";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
