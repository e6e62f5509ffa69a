using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

/// <summary>Short runs of the small model, as a user would set them with key=value.</summary>
public sealed class TrainSettingsTests
{
    [Theory]
    [InlineData("stage=sft")]
    [InlineData("stage=sft", "sft_loss_reduction=mean_of_means")]
    [InlineData("stage=dpo")]
    [InlineData("stage=dpo", "pref_quads=dpo_symmetric")]
    [InlineData("stage=dpo", "pref_loss=orpo")]
    [InlineData("pref_quads=input_symmetric", "pref_loss=hinge")]
    [InlineData("pref_loss=ipo", "pref_ftx=0.5")]
    [InlineData("reference=base", "lora_dropout=0.1")]
    [InlineData("loss_reduction=microbatch", "gradient_checkpointing=true")]
    [InlineData("loss_reduction=published", "shuffle=false")]
    [InlineData("compute_dtype=bfloat16")]
    [InlineData("compute_dtype=float64", "token_budget=100")]
    [InlineData("finetuning_type=full", "compute_dtype=bfloat16")]
    [InlineData("rank_pattern={q_proj: 4}", "alpha_pattern={q_proj: 2}", "use_rslora=true", "layers_to_transform=0,1")]
    [InlineData("lora_target=.*(q_proj|v_proj)", "additional_target=embed_tokens")]
    [InlineData("overflow=drop", "cutoff_len=180")]
    [InlineData("overflow=truncate", "truncate=published", "cutoff_len=60")]
    [InlineData("template=qwen", "val_size=0.2", "eval_strategy=epoch")]
    public void A_setting_trains(params string[] settings)
    {
        using TemporaryFolder folder = new();
        DemoModel.Train(folder["out"], [.. settings, "save_strategy=no"]).Succeeds();
        JsonElement[] steps = [.. File.ReadLines(folder["out/metrics.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal([0, 1], steps.Select(s => s.GetProperty("step").GetInt32()));
        Assert.All(steps, s => Assert.True(s.GetProperty("loss").GetDouble() > 0 && s.GetProperty("grad_norm").GetDouble() > 0));
        Assert.True(
            File.Exists(folder[settings.Contains("finetuning_type=full") ? "out/model.safetensors" : "out/adapter_model.safetensors"]));
    }

    [Theory]
    [InlineData(2, "kto_pair is not supported", "stage=dpo", "pref_loss=kto_pair")]
    [InlineData(2, "nearest is 'learning_rate'", "lerning_rate=1")]
    [InlineData(2, "raise cutoff_len to", "cutoff_len=60")]
    [InlineData(2, "leaves none to train on", "val_size=24")]
    [InlineData(2, "holds no record", "overflow=drop", "cutoff_len=2")]
    [InlineData(2, "no such model folder", "model_name_or_path=absent")]
    [InlineData(2, "cannot be looked up", "dataset=absent")]
    [InlineData(2, "nearest are", "template=absent")]
    [InlineData(
        2, "no evaluation reports", "metric_for_best_model=speed", "load_best_model_at_end=true", "val_size=0.2", "eval_strategy=epoch",
        "save_strategy=epoch")]
    [InlineData(1, "a smaller learning_rate", "learning_rate=1e30", "warmup_ratio=0")]
    public void What_cannot_be_done_is_said_without_a_stack_trace(int code, string expected, params string[] settings)
    {
        using TemporaryFolder folder = new();
        CommandResult result = DemoModel.Train(folder["out"], settings);
        Assert.Equal(code, result.Code);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_records_are_listed_and_left_out_on_request()
    {
        using TemporaryFolder folder = new();
        string[] lines = File.ReadAllLines(DemoModel.Quads);
        string data = folder.Write("quads.jsonl", string.Join("\n", lines[0], "{\"x1\":\"a\"}", lines[1], "{", lines[2]) + "\n");
        CommandResult refused = DemoModel.Train(folder["out"], $"dataset={data}");
        Assert.Equal(2, refused.Code);
        Assert.Contains($"{data}:2", refused.Log, StringComparison.Ordinal);
        Assert.Contains($"{data}:4", refused.Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));

        CommandResult skipped = DemoModel.Train(folder["out"], $"dataset={data}", "on_bad_record=skip", "val_size=1").Succeeds();
        Assert.Contains("5 records, 2 of them bad", skipped.Log, StringComparison.Ordinal);
        Assert.Single(skipped.Log.Split('\n'), l => l.Contains($"skipped {data}:2: ", StringComparison.Ordinal));
        Assert.Single(skipped.Log.Split('\n'), l => l.Contains($"skipped {data}:4: ", StringComparison.Ordinal));
        Assert.Equal(2, File.ReadLines(folder["out/margins.jsonl"]).Count());
    }

    [Fact]
    public void A_run_writes_all_that_its_settings_ask_for_and_stops_early()
    {
        using TemporaryFolder folder = new();
        CommandResult result = DemoModel.Train(
            folder["out"], "max_steps=20", "max_samples=40", "val_size=0.2", "eval_strategy=steps", "eval_steps=1", "save_strategy=steps",
            "save_steps=1", "save_total_limit=2",
            "load_best_model_at_end=true", "early_stopping_patience=2", "early_stopping_threshold=10", "log_records=true", "plot_loss=true",
            "lora_dropout=0.2").Succeeds();
        Assert.Contains("stopping early after 3 steps", result.Log, StringComparison.Ordinal);
        Assert.Contains("the best evaluation", result.Log, StringComparison.Ordinal);
        foreach (string name in new[] { "adapter_config.json", "train_results.json", "metrics.jsonl", "records.jsonl", "evaluations.jsonl",
            "margins.jsonl", "training_loss.html" })
            Assert.True(File.Exists(folder["out/" + name]), name);
        Assert.Single(Directory.GetFiles(folder["out/runs"], "events.out.tfevents.*"));
        Assert.InRange(Directory.GetDirectories(folder["out"], "checkpoint-*").Length, 1, 2);
        JsonElement record = JsonDocument.Parse(File.ReadLines(folder["out/records.jsonl"]).First()).RootElement;
        Assert.Equal(["step", "micro", "records", "policy", "reference", "loss"], record.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["x1y1", "x1y2", "x2y2", "x2y1"], record.GetProperty("policy").EnumerateObject().Select(p => p.Name));
        JsonElement step = JsonDocument.Parse(File.ReadLines(folder["out/metrics.jsonl"]).First()).RootElement;
        Assert.Equal(
            ["step", "epoch", "loss", "lr", "grad_norm", "rewards", "margins", "accuracies", "tokens_per_s", "quads_per_s", "peak_mib"],
            step.EnumerateObject().Select(p => p.Name));
    }
}
