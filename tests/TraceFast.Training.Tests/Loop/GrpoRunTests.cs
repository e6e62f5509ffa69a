using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Loop;
using TraceFast.Training.Rollouts;

namespace TraceFast.Training.Tests.Loop;

/// <summary>Runs of stage grpo whose answers are made here, so that what the loop does with them can be known.</summary>
public sealed class GrpoRunTests
{
    private static readonly string s_model = Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    private static (string Key, object Value)[] Settings(params (string Key, object Value)[] more) =>
    [
        ("model_name_or_path", s_model), ("stage", "grpo"), ("dataset", Path.Combine(s_model, "data", "quads.jsonl")), ("max_samples", 6),
        ("num_generations", 4), ("per_device_train_batch_size", 4), ("gradient_accumulation_steps", 2), ("learning_rate", 1e-2),
        ("max_steps", 4), ("lora_dropout", 0.1), ("save_steps", 2), ("log_records", true), ("threads", 1), .. more,
    ];

    [Fact]
    public void Prompts_come_in_the_samplers_order_and_answers_in_groups()
    {
        Made? made = null;
        using TrainedRun run = new() { Rollouts = model => made = new Made(model) };
        run.Train(Settings(("shuffle", false), ("max_samples", 3), ("report_to", "tensorboard")));
        // Three quads are six prompts; two prompts a step.
        Assert.Equal([[0, 1], [2, 3], [4, 5], [0, 1]], made!.Asked.Select(a => a.Prompts));
        Assert.Equal([0, 1, 2, 3], made.Asked.Select(a => a.Step));
        Assert.All(made.Asked, a => Assert.Equal(4, a.Each));
        JsonElement[] micro = run.Lines("records.jsonl");
        Assert.Equal(8, micro.Length);
        Assert.Equal([1, 1, 1, 1], micro[1].GetProperty("records").EnumerateArray().Select(r => r.GetInt32()));
        Assert.Equal(4, micro[0].GetProperty("policy").GetProperty("sampled").GetArrayLength());
        foreach ((JsonElement line, RolloutRequest asked) in run.Metrics.Zip(made.Asked))
        {
            SampledAnswer[] answers = [.. made.Answers(asked)];
            Assert.Equal(answers.Average(a => a.Reward), line.GetProperty("reward").GetDouble(), 1e-12);
            Assert.Equal(answers.Average(a => a.Response.Length), line.GetProperty("completion_length").GetDouble(), 1e-12);
            Assert.Equal(answers.Sum(a => a.Response.Length), line.GetProperty("sampled_tokens").GetInt64());
            Assert.Equal(asked.Prompts.Sum(p => 4L * made.PromptLength(p)), line.GetProperty("prompt_tokens").GetInt64());
            Assert.Equal(answers.Average(a => a.Ended ? 0.0 : 1), line.GetProperty("truncated").GetDouble(), 1e-12);
            Assert.Equal(answers.Average(a => a.Repeated ? 1.0 : 0), line.GetProperty("repeated").GetDouble(), 1e-12);
            // The loss is that of the formula.
            double[] advantages = GroupAdvantages.Of([.. answers.Select(a => a.Reward)], 4, default);
            double expected = -advantages.Zip(answers, (a, s) => a * s.Response.Length).Sum() / answers.Sum(a => a.Response.Length);
            Assert.Equal(expected, line.GetProperty("loss").GetDouble(), 1e-12);
        }
        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Output, "train_results.json")));
        Assert.True(results.RootElement.TryGetProperty("mean_reward", out _));
        Assert.False(File.Exists(Path.Combine(run.Output, "margins.jsonl")));
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public void An_interrupted_run_goes_on_to_the_byte(string method)
    {
        (string, object)[] settings = Settings(("finetuning_type", method));
        using TrainedRun whole = new() { Rollouts = model => new Made(model) }, stopped = new() { Rollouts = model => new Made(model) };
        whole.Train(settings);
        using (CancellationTokenSource source = new())
        {
            stopped.Train(
                settings,
                step =>
                {
                    if (step.StartsWith("rename", StringComparison.Ordinal))
                        source.Cancel();
                },
                source.Token);
        }
        Assert.Equal((TrainingEnd.Interrupted, 2), (stopped.Outcome!.End, stopped.Outcome.Steps));
        stopped.Train([.. settings, ("resume_from_checkpoint", true)]);
        AssertSame(whole, stopped, method == "full" ? "model.safetensors" : "adapter_model.safetensors");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Answers_that_did_not_end_may_be_left_out_of_the_loss(bool masked, int expected)
    {
        using TrainedRun run = new() { Rollouts = model => new Made(model) { NoneEnds = true } };
        run.Train(Settings(("mask_truncated_completions", masked)));
        Assert.All(run.Metrics, m => Assert.Equal(expected, Math.Sign(m.GetProperty("grad_norm").GetDouble())));
        Assert.All(run.Metrics, m => Assert.Equal(1, m.GetProperty("truncated").GetDouble()));
    }

    [Fact]
    public void Records_without_rewards_are_left_out()
    {
        Made? made = null;
        using TrainedRun run = new() { Rollouts = model => made = new Made(model) { Only = [1, 2, 5] } };
        run.Train(Settings(("shuffle", false), ("max_steps", -1), ("num_train_epochs", 2)));
        // The second step of an epoch is short.
        Assert.Equal([[1, 2], [5], [1, 2], [5]], made!.Asked.Select(a => a.Prompts));
        Assert.Equal([[1, 2], [1, 2]], Dropped());

        int[][] Dropped()
        {
            using TrainedRun dropping = new() { Rollouts = model => made = new Made(model) { Only = [1, 2, 5] } };
            dropping.Train(Settings(("shuffle", false), ("max_steps", -1), ("num_train_epochs", 2), ("dataloader_drop_last", true)));
            return [.. made.Asked.Select(a => a.Prompts.ToArray())];
        }
    }

    [Fact]
    public void A_batch_that_makes_no_groups_is_refused_before_anything_is_written()
    {
        using TrainedRun run = new() { Rollouts = model => new Made(model) };
        InputException e = Assert.Throws<InputException>(() => run.Train(Settings(("per_device_train_batch_size", 3))));
        Assert.Contains("num_generations is 4, and a step has 6 answers", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public void A_checkpoint_of_other_rewards_is_refused()
    {
        string content = "one";
        using TrainedRun run = new() { Rollouts = model => new Made(model) { ContentHash = content } };
        run.Train(Settings(("max_steps", 2)));
        content = "other";
        CheckpointException e = Assert.Throws<CheckpointException>(
            () => run.Train(Settings(("max_steps", 2), ("resume_from_checkpoint", true))));
        Assert.Contains("content of the rewards was one, now other", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_set_of_token_ids_is_refused()
    {
        using TrainedRun run = new() { Rollouts = model => new Made(model) };
        string data = run.WriteData("ids.jsonl", SmallRun.Quads(3));
        InputException e = Assert.Throws<InputException>(() => run.Train(Settings(("dataset", data))));
        Assert.Contains($"{data}: found the layout 'token ids", e.Message, StringComparison.Ordinal);
        Assert.Contains("stage grpo samples answers to prompts", e.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(TrainedRun expected, TrainedRun actual, string weights)
    {
        Assert.Equal(expected.DeterministicMetrics, actual.DeterministicMetrics);
        foreach (string file in new[] { weights, "records.jsonl" })
            Assert.True(
                File.ReadAllBytes(Path.Combine(expected.Output, file)).AsSpan()
                    .SequenceEqual(File.ReadAllBytes(Path.Combine(actual.Output, file))), $"{file} differs");
    }

    /// <summary>Random answers, the same for the same step and place.</summary>
    private sealed class Made(SampledModel model) : IRollouts
    {
        public List<RolloutRequest> Asked { get; } = [];

        /// <summary>Places of the records that have rewards; null: all.</summary>
        public int[]? Only { get; init; }

        public bool NoneEnds { get; init; }

        public int PromptLength(int place) => model.Records[place].Prompts.Single().Length;

        public IReadOnlyList<int> Places => Only ?? [.. Enumerable.Range(0, model.Records.Count)];

        public string ContentHash { get; init; } = "made";

        public IReadOnlyList<SampledAnswer> Sample(RolloutRequest request, CancellationToken cancellation)
        {
            Assert.False(model.Model.Training);
            Asked.Add(request);
            return [.. Answers(request)];
        }

        public IEnumerable<SampledAnswer> Answers(RolloutRequest request)
        {
            Random random = new(request.Step);
            for (int i = 0; i < request.Prompts.Count * request.Each; i++)
                yield return new SampledAnswer(
                    [.. Enumerable.Range(0, 1 + random.Next(12)).Select(_ => random.Next(1000))], !NoneEnds && random.Next(4) > 0,
                    random.Next(4) / 3.0)
                {
                    Repeated = random.Next(3) == 0,
                };
        }
    }
}
