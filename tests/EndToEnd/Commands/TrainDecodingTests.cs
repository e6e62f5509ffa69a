using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceFast.EndToEnd.Commands;

/// <summary>train with predict_with_generate: held-out prompts are decoded and scored, and training goes as it would without.</summary>
public sealed class TrainDecodingTests(ConstraintData data) : IClassFixture<ConstraintData>
{
    private static readonly string[] s_bytes = ["adapter_model.safetensors", "margins.jsonl", "records.jsonl"];
    private static readonly string[] s_metrics = [
        "eval_constraint_level", "eval_prompt_level", "eval_mean", "eval_response_tokens", "eval_generation_seconds"];

    [Theory]
    [InlineData("iopo", "lora")]
    [InlineData("sft", "full")]
    public void Training_keeps_its_bits_and_the_scores_are_logged(string stage, string finetuning)
    {
        using TemporaryFolder folder = new();
        string[] how = [$"stage={stage}", $"finetuning_type={finetuning}", "lora_dropout=0.1", "save_strategy=steps", "save_steps=2"];
        Train(folder["plain"], how).Succeeds();
        CommandResult result = Train(folder["decoding"], [.. how, "predict_with_generate=true", "max_new_tokens=32"]).Succeeds();
        string weights = finetuning == "full" ? "model.safetensors" : s_bytes[0];
        string[] files = stage == "sft" ? [weights, "records.jsonl"] : s_bytes;
        foreach (string file in (string[])[.. files, "checkpoint-4/optimizer.safetensors"])
            Assert.True(Bytes(folder["plain"], file).SequenceEqual(Bytes(folder["decoding"], file)), $"{file} differs");
        JsonObject[] evaluations = Evaluations(folder["decoding"]);
        Assert.Equal([2, 4, 6], evaluations.Select(e => (int)e["steps"]!));
        Assert.All(evaluations, e => Assert.All(s_metrics, m => Assert.True((double)e[m]! >= 0, m)));
        Assert.All(evaluations, e => Assert.InRange((double)e["eval_response_tokens"]!, 1, 32));
        Assert.Equal(Evaluations(folder["plain"]).Select(e => (double)e["eval_loss"]!), evaluations.Select(e => (double)e["eval_loss"]!));
        Assert.Contains("eval_constraint_level", result.Log, StringComparison.Ordinal);
        Assert.Contains("prompts of 12 held-out records", result.Log, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder["decoding"], ".*"));
    }

    [Fact]
    public void What_is_decoded_is_the_policy_after_those_steps()
    {
        using TemporaryFolder folder = new();
        using OwnCache cache = new(folder["cache"]);
        // The data that are held out are a file, so that eval can score the finished adapter on them.
        Train(folder["out"],
            "val_size=0", $"eval_dataset={data.HeldOut}", "learning_rate=3e-2", "predict_with_generate=true", "max_new_tokens=32")
            .Succeeds();
        JsonObject last = Evaluations(folder["out"])[^1];
        CommandResult result = CommandHarness.Run(
            ["eval", "--model",
                DemoModel.Folder, "--adapter", folder["out"], "--bench", "constraints", "--data", data.HeldOut, "--max-new-tokens", "32",
                "--json"]).Succeeds();
        JsonObject scores = JsonNode.Parse(result.Output)!.AsObject();
        foreach (string metric in new[] { "constraint_level", "prompt_level", "mean" })
            Assert.Equal((double)scores[metric]!, (double)last["eval_" + metric]!, 1e-12);
    }

    [Fact]
    public void In_a_process_of_its_own_it_decodes_the_same()
    {
        using TemporaryFolder folder = new();
        string[] how = ["predict_with_generate=true", "max_new_tokens=32", "do_sample=true"];
        Train(folder["same"], [.. how, "decode_process=same"]).Succeeds();
        Train(folder["own"], [.. how, "decode_process=own"]).Succeeds();
        Assert.Equal(3, Timeless(folder["own"]).Length);
        Assert.Equal(Timeless(folder["same"]), Timeless(folder["own"]));
        foreach (string file in s_bytes)
            Assert.True(Bytes(folder["same"], file).SequenceEqual(Bytes(folder["own"], file)), $"{file} differs");
        Assert.Empty(Directory.GetDirectories(folder["own"], ".*"));
    }

    [Fact]
    public void A_score_may_choose_the_best_weights_and_the_end()
    {
        using TemporaryFolder folder = new();
        string[] how = [
            "learning_rate=0", "predict_with_generate=true", "max_new_tokens=16", "metric_for_best_model=constraint_level",
            "early_stopping_patience=1", "save_strategy=steps", "save_steps=2", "load_best_model_at_end=true"];
        CommandResult result = Train(folder["out"], how).Succeeds();
        Assert.Contains("stopping early after 4 steps", result.Log, StringComparison.Ordinal);
        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["out"], "train_results.json")));
        Assert.Equal(2, results.RootElement.GetProperty("best_steps").GetInt32());
        Assert.True(results.RootElement.TryGetProperty("best_constraint_level", out _));
    }

    [Fact]
    public async Task An_interrupted_run_goes_on_to_the_same_scores()
    {
        using TemporaryFolder folder = new();
        string[] how = ["predict_with_generate=true", "max_new_tokens=32", "do_sample=true", "save_strategy=steps", "save_steps=2"];
        Train(folder["whole"], how).Succeeds();
        using CancellationTokenSource interrupt = new();
        Task<CommandResult> run = Task.Run(
            () => CommandHarness.Run(Arguments(folder["out"], how), [], interrupt.Token), TestContext.Current.CancellationToken);
        // Somewhere in the second evaluation, or a step near it.
        while (!run.IsCompleted && !Directory.Exists(Path.Combine(folder["out"], "checkpoint-2")))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        while (!run.IsCompleted && !Directory.Exists(Path.Combine(folder["out"], ".decoding")))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        Assert.Equal(130, (await run).Code);
        Assert.Empty(Directory.GetDirectories(folder["out"], ".*"));
        // What a killed process would have left behind.
        Directory.CreateDirectory(Path.Combine(folder["out"], ".decoding", "onnx"));
        Train(folder["out"], [.. how, "resume_from_checkpoint=true"]).Succeeds();
        Assert.Empty(Directory.GetDirectories(folder["out"], ".*"));
        foreach (string file in s_bytes)
            Assert.True(Bytes(folder["whole"], file).SequenceEqual(Bytes(folder["out"], file)), $"{file} differs");
        Assert.Equal(Timeless(folder["whole"]), Timeless(folder["out"]));
    }

    [Fact]
    public void Records_without_constraints_are_refused_before_anything_is_written()
    {
        using TemporaryFolder folder = new();
        CommandResult result = Train(
            folder["out"], $"dataset={folder.Write("plain.jsonl", string.Join('\n', WithoutConstraints()))}", "predict_with_generate=true");
        Assert.Equal(2, result.Code);
        Assert.Contains("none of the 12 held-out records states constraints", result.Log, StringComparison.Ordinal);
        Assert.Contains("\"constraints1\"", result.Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Records_without_constraints_beside_others_are_left_out_and_counted()
    {
        using TemporaryFolder folder = new();
        string mixed = folder.Write(
            "mixed.jsonl", string.Join('\n', [.. File.ReadLines(data.HeldOut).Take(3), .. WithoutConstraints().Take(5)]));
        CommandResult result = Train(
            folder["out"], "val_size=0", $"eval_dataset={mixed}", "predict_with_generate=true", "max_new_tokens=8", "max_steps=1")
            .Succeeds();
        Assert.Contains("decodes 6 prompts of 3 held-out records; 5 state no constraints", result.Log, StringComparison.Ordinal);
    }

    /// <summary>The four texts of each quad, and nothing beside them.</summary>
    private static IEnumerable<string> WithoutConstraints() => File.ReadLines(DemoModel.Quads).Select(line =>
    {
        JsonObject quad = JsonNode.Parse(line)!.AsObject();
        foreach (string key in quad.Select(p => p.Key).Where(k => k is not ("x1" or "y1" or "x2" or "y2")).ToArray())
            quad.Remove(key);
        return quad.ToJsonString();
    });

    private CommandResult Train(string output, params string[] more) => CommandHarness.Run(Arguments(output, more));

    private string[] Arguments(string output, string[] more) =>
    [
        "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={data.Train}",
        $"output_dir={output}", "max_samples=40", "val_size=12",
        "max_steps=6", "cutoff_len=2048", "plot_loss=false", "log_records=true", "eval_strategy=steps", "eval_steps=2", "warmup_ratio=0",
        .. more,
    ];

    private static byte[] Bytes(string folder, string file) => File.ReadAllBytes(Path.Combine(folder, file));

    private static string[] Timeless(string output) => [.. Evaluations(output).Select(e =>
    {
        Assert.True(e.Remove("eval_generation_seconds"));
        return e.ToJsonString();
    })];

    private static JsonObject[] Evaluations(string output) =>
        [.. File.ReadLines(Path.Combine(output, "evaluations.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];
}

/// <summary>Synthetic quads that state their constraints, for training and held out.</summary>
public sealed class ConstraintData : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ConstraintData() => CommandHarness.Run(
        ["data", "synth",
            "--count", "40", "--lang", "en", "--constraints", "1-2", "--seed", "3", "--out", _folder.Path, "--hold-out", "topic=0.3",
            "--hold-out-count", "8"]).Succeeds();

    public string Train => _folder["train.jsonl"];

    public string HeldOut => _folder["held_out_topic.jsonl"];

    public void Dispose() => _folder.Dispose();
}
