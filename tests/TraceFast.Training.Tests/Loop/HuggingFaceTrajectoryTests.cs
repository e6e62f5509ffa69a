using System.Text.Json;

namespace TraceFast.Training.Tests.Loop;

/// <summary>Runs of TRL's and transformers' trainers, followed to the end through the ready-token-id layouts.</summary>
public class HuggingFaceTrajectoryTests(ITestOutputHelper output)
{
    private const double LeastParameterTolerance = 1e-6;

    [Theory]
    [InlineData("dpo_lora")]
    [InlineData("dpo_lora_repeat")]
    [InlineData("sft_lora")]
    [InlineData("sft_lora_mean_of_means")]
    [InlineData("sft_full")]
    [InlineData("sft_full_tied")]
    [InlineData("iopo_lora")]
    public void A_trajectory_is_followed_to_its_end(string name)
    {
        string oracles = Oracles.Require("oracles", "hf");
        string folder = Path.Combine(oracles, "trajectories", name);
        using JsonDocument trajectory = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "trajectory.json")));
        JsonElement meta = trajectory.RootElement.GetProperty("meta");
        JsonElement tolerance = Tolerance(oracles, $"trajectories/{name}");
        using TrainedRun run = new();
        run.Train([.. Settings(run, oracles, folder, name, meta)]);

        JsonElement[] expected = [.. trajectory.RootElement.GetProperty("steps_float32").EnumerateArray()];
        JsonElement[] actual = run.Metrics;
        Assert.Equal(expected.Length, actual.Length);
        for (int s = 0; s < expected.Length; s++)
        {
            Near(expected[s], "lr_used", actual[s], "lr", tolerance.GetProperty("lr_abs").GetDouble());
            Near(expected[s], "loss", actual[s], "loss", tolerance.GetProperty("loss_abs").GetDouble());
            double norm = expected[s].GetProperty("grad_norm_before_clip").GetDouble();
            Near(expected[s], "grad_norm_before_clip", actual[s], "grad_norm", tolerance.GetProperty("grad_norm_rel").GetDouble() * norm);
        }

        bool full = name.StartsWith("sft_full", StringComparison.Ordinal);
        double[] differences = TrainedRun.Differences(
            TrainedRun.ReadTensors(Path.Combine(folder, full ? "weights_after.safetensors" : "adapter_after.safetensors")),
            run.Weights(full ? "model.safetensors" : "adapter_model.safetensors"));
        double p999 = TrainedRun.Quantile(differences, 0.999);
        output.WriteLine($"{name}: 99.9 % of {differences.Length} parameters within {p999:E2}, the worst {differences[^1]:E2}");
        Assert.InRange(p999, 0, Math.Max(LeastParameterTolerance, tolerance.GetProperty("params_p999_abs").GetDouble()));
    }

    private static IEnumerable<(string, object)> Settings(TrainedRun run, string oracles, string folder, string name, JsonElement meta)
    {
        yield return ("model_name_or_path", Path.Combine(oracles, meta.GetProperty("base").GetString()!));
        yield return ("stage", name[..name.IndexOf('_', StringComparison.Ordinal)]);
        yield return ("dataset", run.WriteData("data.jsonl", Records(folder)));
        yield return ("shuffle", false);
        yield return ("cutoff_len", 4096);
        yield return ("per_device_train_batch_size", meta.GetProperty("per_device_batch").GetInt32());
        yield return ("gradient_accumulation_steps", meta.GetProperty("accumulation").GetInt32());
        yield return ("learning_rate", meta.GetProperty("lr").GetDouble());
        yield return ("lr_scheduler_type", meta.GetProperty("scheduler").GetString()!);
        yield return ("warmup_ratio", meta.GetProperty("warmup_ratio").GetDouble());
        yield return ("weight_decay", meta.GetProperty("weight_decay").GetDouble());
        yield return ("max_grad_norm", meta.GetProperty("max_grad_norm").GetDouble());
        yield return ("max_steps", meta.GetProperty("total_steps").GetInt32());
        yield return ("loss_reduction", "microbatch");
        yield return ("save_strategy", "no");
        if (name.EndsWith("mean_of_means", StringComparison.Ordinal))
            yield return ("sft_loss_reduction", "mean_of_means");
        if (meta.TryGetProperty("beta", out JsonElement beta))
        {
            yield return ("pref_beta", beta.GetDouble());
            yield return (name.StartsWith("dpo", StringComparison.Ordinal) ? "dpo_label_smoothing" : "iopo_label_smoothing",
                meta.GetProperty("label_smoothing").GetDouble());
            yield return ("reference", "base");
        }

        if (File.Exists(Path.Combine(folder, "adapter_config.json")))
            yield return ("adapter_name_or_path",
                run.WriteAdapter(Path.Combine(folder, "adapter_config.json"), Path.Combine(folder, "adapter_before.safetensors")));
        else
            yield return ("finetuning_type", "full");
    }

    private static IEnumerable<object> Records(string folder)
    {
        string path = new[] { "pairs.json", "examples.json", "records.json" }.Select(f => Path.Combine(folder, f)).First(File.Exists);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
        return [.. json.RootElement.EnumerateArray().Select(Record)];
    }

    private static object Record(JsonElement r)
    {
        if (r.TryGetProperty("x1", out JsonElement x1))
            return new { x1_ids = Ids(x1), y1_ids = Ids(r.GetProperty("y1")), x2_ids = Ids(r.GetProperty("x2")),
                y2_ids = Ids(r.GetProperty("y2")) };
        if (r.TryGetProperty("prompt_input_ids", out JsonElement prompt))
            return new { prompt_ids = Ids(prompt), chosen_ids = Ids(r.GetProperty("chosen_input_ids")),
                rejected_ids = Ids(r.GetProperty("rejected_input_ids")) };
        int[] ids = Ids(r.GetProperty("input_ids")), labels = Ids(r.GetProperty("labels"));
        int first = Array.FindIndex(labels, label => label != -100);
        Assert.Equal(ids[first..], labels[first..]);
        return new { prompt_ids = ids[..first], response_ids = ids[first..] };
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];

    private static JsonElement Tolerance(string oracles, string path)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllText(Path.Combine(oracles, "index.json")));
        return index.RootElement.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("path").GetString() == path)
            .GetProperty("recommended_tolerance").Clone();
    }

    private static void Near(JsonElement expected, string expectedName, JsonElement actual, string actualName, double tolerance)
    {
        double e = expected.GetProperty(expectedName).GetDouble(), a = actual.GetProperty(actualName).GetDouble();
        Assert.True(
            Math.Abs(e - a) <= tolerance,
            $"step {actual.GetProperty("step").GetInt32()}: {actualName} is {a}, expected {e} within {tolerance}");
    }
}
