using System.Text.Json.Nodes;
using TraceFast.EndToEnd.Durability;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>
/// train with stage: grpo on the small model, as a user runs it: answers are sampled, rewarded by their constraints, trained on.
/// </summary>
public sealed class TrainGrpoTests : IDisposable
{
    private const string Checked = "\"constraints\":[{\"type\":\"exclamation_count\",\"min\":1,\"max\":2,\"statement\":\"Use 1 to 2 "
        + "exclamation marks\"}]";

    private static readonly string[] s_shares = ["reward", "frac_reward_zero_std", "truncated", "empty", "repeated", "copied"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void A_few_steps_show_rewards_and_lengths(string method)
    {
        CommandResult result = Train("out", $"finetuning_type={method}", "max_steps=3", "logging_steps=1").Succeeds();
        Assert.Contains("rewards: 48 prompts state ", result.Log, StringComparison.Ordinal);
        Assert.Contains(
            "training: grpo, 48 prompts (0 for evaluation), 3 optimizer steps of 8 x 1 answers, 4 to each prompt", result.Log,
            StringComparison.Ordinal);
        Assert.Matches(@"step 3/3, .*, reward 0\.\d{4}, \d+\.\d tokens an answer, without end \d+ %, empty ", result.Log);
        Assert.DoesNotContain("constraints1", result.Log, StringComparison.Ordinal);
        JsonObject[] steps = Metrics("out");
        Assert.Equal(3, steps.Length);
        foreach (JsonObject step in steps)
        {
            Assert.All(s_shares, name => Assert.InRange((double)step[name]!, 0, 1));
            Assert.InRange((double)step["completion_length"]!, 1, 48);
            Assert.Equal(8 * (double)step["completion_length"]!, (double)step["sampled_tokens"]!, 1e-9);
            Assert.True((double)step["sampling_s"]! > 0);
            Assert.True((double)step["reward_std"]! >= 0);
        }
        Assert.Contains(steps, s => (double)s["grad_norm"]! > 0);
        JsonObject results = JsonNode.Parse(File.ReadAllText(_folder["out/train_results.json"]))!.AsObject();
        Assert.Equal(steps.Average(s => (double)s["reward"]!), (double)results["mean_reward"]!, 1e-12);
        Assert.Empty(Directory.GetDirectories(_folder["out"], ".*"));
    }

    /// <summary>As after kill -9: the last checkpoint is that of step 2, and everything after it is there no longer, or too much.</summary>
    [Fact]
    public void A_run_of_four_steps_and_one_stopped_after_two_end_with_the_same_bytes()
    {
        string[] how = ["max_steps=4", "save_strategy=steps", "save_steps=2", "lora_dropout=0.1", "log_records=true"];
        Train("whole", how).Succeeds();
        CopyFolder(_folder["whole"], _folder["stopped"]);
        Directory.Delete(_folder["stopped/checkpoint-4"], recursive: true);
        foreach (string file in new[] { "adapter_model.safetensors", "train_results.json" })
            File.Delete(_folder["stopped/" + file]);
        CommandResult resumed = Train("stopped", [.. how, "resume_from_checkpoint=true"]).Succeeds();
        Assert.Contains("2 of 4 steps are done", resumed.Log, StringComparison.Ordinal);
        AssertSame("whole", "stopped");
    }

    [Fact]
    public async Task A_run_that_is_interrupted_while_it_samples_goes_on_to_the_same_bytes()
    {
        string[] how = ["max_steps=6", "save_strategy=steps", "save_steps=2", "log_records=true"];
        Train("whole", how).Succeeds();
        using CancellationTokenSource interrupt = new();
        Task<CommandResult> run = Task.Run(
            () => CommandHarness.Run(Arguments("out", how), [], interrupt.Token), TestContext.Current.CancellationToken);
        while (!run.IsCompleted && !Directory.Exists(_folder["out/checkpoint-2"]))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        while (!run.IsCompleted && !Directory.Exists(_folder["out/.decoding"]))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        Assert.Equal(130, (await run).Code);
        Assert.Empty(Directory.GetDirectories(_folder["out"], ".*"));
        Train("out", [.. how, "resume_from_checkpoint=true"]).Succeeds();
        AssertSame("whole", "out");
    }

    [Fact]
    public void A_process_of_its_own_samples_the_same_and_another_seed_does_not()
    {
        string[] how = ["max_steps=2", "log_records=true"];
        Train("same", [.. how, "decode_process=same"]).Succeeds();
        Train("own", [.. how, "decode_process=own"]).Succeeds();
        AssertSame("same", "own");
        Train("seed", [.. how, "seed=7", "data_seed=42"]).Succeeds();
        Assert.NotEqual((double)Metrics("same")[0]["sampled_tokens"]!, (double)Metrics("seed")[0]["sampled_tokens"]!);
    }

    [Fact]
    public void Held_out_prompts_are_decoded_and_may_choose_the_best_weights()
    {
        CommandResult result = Train(
            "out", "max_steps=2", $"eval_dataset={Path.Combine(DemoModel.Folder, "data", "quads.jsonl")}", "eval_strategy=steps",
            "eval_steps=1", "predict_with_generate=true", "max_new_tokens=24", "save_strategy=steps", "save_steps=1",
            "load_best_model_at_end=true").Succeeds();
        Assert.Contains("evaluation decodes 48 prompts of 48 held-out records", result.Log, StringComparison.Ordinal);
        JsonObject[] evaluations =
            [.. File.ReadLines(_folder["out/evaluations.jsonl"]).Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.Equal(2, evaluations.Length);
        Assert.All(evaluations, e => Assert.InRange((double)e["eval_mean"]!, 0, 1));
        Assert.All(evaluations, e => Assert.False(e.ContainsKey("eval_loss")));
        Assert.Contains("the best evaluation", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_without_answers_are_enough_and_those_without_checks_are_left_out()
    {
        string data = _folder.Write(
            "prompts.jsonl",
            $$"""
            {"prompt":"Describe tea.","constraints":[{"type":"theme","topic":"tea","statement":"about tea"}]}
            {"id":1,"prompt":"Describe summer. Use 1 to 2 exclamation marks.",{{Checked}}}
            {"id":1,"prompt":"Describe rain.","response":"Rain!"}
            {"id":1,"prompt":"Describe rain. Use 1 to 2 exclamation marks.","response":"Rain!",{{Checked}}}
            """);
        CommandResult result = Train("out", $"dataset={data}", "max_steps=1").Succeeds();
        CommandHarness.Run(["data", "validate", data, "--stage", "grpo"]).Succeeds();
        Assert.Contains("rewards: 2 prompts state 2 constraints", result.Log, StringComparison.Ordinal);
        Assert.Contains($"2 of 4 prompts state no such constraint and are left out, the first is {data}:1", result.Log,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"prompt_ids\":[5,6],\"response_ids\":[7]}", "", "found the layout 'token ids (prompt_ids, response_ids)'")]
    [InlineData("{\"prompt\":\"Describe tea.\"}", "", "none of the 1 prompts states a constraint that a program checks")]
    [InlineData("{\"prompt\":\"Describe tea.\",\"constraints\":[{\"type\":\"none\"}]}", "", "data.jsonl:1: constraints[0]: ")]
    [InlineData("{\"prompt\":\"Describe tea.\",\"constraints\":3}", "", "data.jsonl:1: 'constraints' is a number")]
    [InlineData("{\"x1\":\"a\",\"y1\":\"b\",\"x2\":\"c\",\"y2\":\"d\"}", "", "none of the 2 prompts states a constraint")]
    [InlineData("", "", "data.jsonl")]
    [InlineData("{\"prompt\":\"LONG\"," + Checked + "}", "cutoff_len=100000", "tokens, and the model's context 512")]
    [InlineData("{\"prompt\":\"LONG\"," + Checked + "}", "", "longer than cutoff_len 500")]
    [InlineData("{\"prompt\":\"LONG\"," + Checked + "}", "overflow=drop", "the training set holds no record")]
    [InlineData("{\"prompt\":\"Describe tea.\"," + Checked + "}", "per_device_train_batch_size=6", "a step has 6 answers")]
    [InlineData("{\"prompt\":\"Describe tea.\"," + Checked + "}", "do_eval=true val_size=1", "stage grpo has no loss of held-out")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"A\"},{\"role\":\"assistant\",\"content\":\"B\"}]}", "", "needs {prompt,")]
    [InlineData("{\"prompt\":\"Describe tea.\"," + Checked + "}", "dataloader_drop_last=true", "do not fill a")]
    public void Bad_input_is_said_before_anything_is_written(string record, string settings, string message)
    {
        string data = _folder.Write("data.jsonl", record.Replace("LONG", string.Concat(Enumerable.Repeat("tea and rain ", 400))));
        CommandResult result = Train("out", [$"dataset={data}", .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private CommandResult Train(string output, params string[] more) => CommandHarness.Run(Arguments(output, more));

    private string[] Arguments(string output, string[] more) =>
    [
        "train", Path.Combine(DemoModel.Folder, "grpo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
        $"output_dir={_folder[output]}", "max_samples=24", "cutoff_len=500", "num_generations=4", "per_device_train_batch_size=8",
        "gradient_accumulation_steps=1", "max_completion_length=48", "threads=2", .. more,
    ];

    private JsonObject[] Metrics(string output) =>
        [.. File.ReadLines(_folder[output + "/metrics.jsonl"]).Select(line => JsonNode.Parse(line)!.AsObject())];

    private void AssertSame(string expected, string actual)
    {
        Assert.Equal(SmallTraining.Metrics(_folder[expected]), SmallTraining.Metrics(_folder[actual]));
        foreach (string file in new[] { "adapter_model.safetensors", "records.jsonl" })
            Assert.True(
                File.ReadAllBytes(_folder[$"{expected}/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"{actual}/{file}"])),
                $"{file} differs");
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
