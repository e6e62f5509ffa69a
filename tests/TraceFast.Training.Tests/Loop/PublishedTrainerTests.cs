using System.Text.Json;

namespace TraceFast.Training.Tests.Loop;

/// <summary>
/// Runs of the published IOPO trainer, followed to the end from its starting adapter through the published record layout, the qwen template
/// and the sampler's order.
/// </summary>
public class PublishedTrainerTests(ITestOutputHelper output)
{
    private const double LogProbTolerance = 1e-6;
    private const double LossTolerance = 1e-4;
    private const double GradNormTolerance = 1e-4;
    private const double AdapterTolerance = 1e-5;

    [Theory]
    [InlineData("run_a")]
    [InlineData("run_b")]
    [InlineData("run_c")]
    public void A_published_run_is_followed_to_its_end(string name)
    {
        string oracles = Oracles.Require("oracles", "published-trainer");
        string tokenizer = Oracles.Require("tokenizers", "qwen2_5");
        string folder = Path.Combine(oracles, name);
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        JsonElement args = golden.RootElement.GetProperty("meta").GetProperty("args");
        using TrainedRun run = new();
        run.Train([.. Settings(run, oracles, tokenizer, folder, args)]);

        double worstLogProb = CompareMicroSteps(
            [.. golden.RootElement.GetProperty("micro_steps").EnumerateArray()], run.Lines("records.jsonl"));
        CompareSteps([.. golden.RootElement.GetProperty("optimizer_steps").EnumerateArray()], run.Metrics);
        double[] differences = TrainedRun.Differences(
            TrainedRun.ReadTensors(Path.Combine(folder, "adapter_after", "adapter_model.safetensors")), run.Weights());
        double p999 = TrainedRun.Quantile(differences, 0.999);
        output.WriteLine(
            $"{name}: log-probs within {worstLogProb:E2} relative; 99.9 % of {differences.Length} adapter entries "
                + $"within {p999:E2}, the worst {differences[^1]:E2}");
        Assert.InRange(p999, 0, AdapterTolerance);
    }

    private static IEnumerable<(string, object)> Settings(TrainedRun run, string oracles, string tokenizer, string folder, JsonElement args)
    {
        string model = Directory.CreateDirectory(Path.Combine(run.Folder, "model")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(oracles, "base_model")).Concat(Directory.GetFiles(tokenizer)))
            File.CreateSymbolicLink(Path.Combine(model, Path.GetFileName(file)), file);
        yield return ("model_name_or_path", model);
        yield return ("adapter_name_or_path", Path.Combine(folder, "adapter_before"));
        yield return ("reference", "base");
        yield return ("stage", "iopo");
        yield return ("dataset", Path.Combine(oracles, "records.json"));
        yield return ("loss_reduction", "published");
        yield return ("log_records", true);
        yield return ("save_strategy", "no");
        foreach (string key in new[] { "template", "cutoff_len", "per_device_train_batch_size", "gradient_accumulation_steps",
            "learning_rate", "num_train_epochs", "lr_scheduler_type", "warmup_ratio", "max_grad_norm", "seed", "pref_loss", "pref_beta",
            "pref_ftx", "iopo_label_smoothing" })
            if (args.TryGetProperty(key, out JsonElement value))
                yield return (key, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
    }

    private static double CompareMicroSteps(JsonElement[] expected, JsonElement[] actual)
    {
        // One line per micro-batch; the published trainer logs those that no optimizer step used, too.
        Assert.InRange(actual.Length, 1, expected.Length);
        double worst = 0;
        for (int m = 0; m < actual.Length; m++)
        {
            Assert.Equal(Numbers(expected[m].GetProperty("records")), Numbers(actual[m].GetProperty("records")));
            foreach ((string published, string role) in new[] { ("c1", "x1y1"), ("r1", "x1y2"), ("c2", "x2y2"), ("r2", "x2y1") })
            {
                worst = Math.Max(
                    worst, Compare(
                        m, role, expected[m].GetProperty("policy_logps").GetProperty(published), actual[m].GetProperty("policy")));
                worst = Math.Max(
                    worst, Compare(
                        m, role, expected[m].GetProperty("reference_logps").GetProperty(published), actual[m].GetProperty("reference")));
            }

            double loss = expected[m].GetProperty("loss").GetDouble();
            Assert.InRange(actual[m].GetProperty("loss").GetDouble(), loss - LossTolerance, loss + LossTolerance);
        }

        return worst;
    }

    private static double Compare(int microStep, string role, JsonElement expected, JsonElement actual)
    {
        double[] e = Numbers(expected), a = Numbers(actual.GetProperty(role));
        Assert.Equal(e.Length, a.Length);
        double worst = e.Zip(a, (x, y) => Math.Abs(x - y) / Math.Abs(x)).Max();
        Assert.True(
            worst <= LogProbTolerance,
            $"micro-step {microStep}, {role}: {string.Join(' ', a)}, expected {string.Join(' ', e)} within {LogProbTolerance} relative, "
                + $"found {worst}");
        return worst;
    }

    private static void CompareSteps(JsonElement[] expected, JsonElement[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int s = 0; s < expected.Length; s++)
        {
            Assert.Equal(expected[s].GetProperty("lr_used").GetDouble(), actual[s].GetProperty("lr").GetDouble(), 1e-15);
            Assert.Equal(expected[s].GetProperty("mean_micro_loss").GetDouble(), actual[s].GetProperty("loss").GetDouble(), LossTolerance);
            double norm = expected[s].GetProperty("grad_norm_before_clip").GetDouble();
            Assert.Equal(norm, actual[s].GetProperty("grad_norm").GetDouble(), GradNormTolerance * norm);
        }
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];
}
