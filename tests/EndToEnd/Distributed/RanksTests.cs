using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TraceFast.EndToEnd.Commands;
using TraceFast.EndToEnd.Durability;

namespace TraceFast.EndToEnd.Distributed;

/// <summary>Work on several processes is that of one: the same files to the bit, no process left behind.</summary>
public sealed class RanksTests(SmallTraining training) : IClassFixture<SmallTraining>, IDisposable
{
    /// <summary>Micro-batches of a step in <see cref="SmallTraining"/>: of iopo.yaml.</summary>
    private const int MicroBatches = 2;

    private static readonly TimeSpan s_mostToEnd = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    /// <summary>Key=value settings, micro-batches of a step, and the numbers of ranks that share them.</summary>
    public static TheoryData<string, int, int[]> Runs => new()
    {
        { "stage=iopo seed=3 lora_dropout=0.1 val_size=7 eval_strategy=steps eval_steps=2 log_records=true max_samples=53", 12, [2, 3, 4] },
        { "stage=iopo lora_dropout=0.1 max_samples=16", 8, [8] },
        { "stage=dpo loss_reduction=microbatch", 12, [4] },
        { "stage=sft finetuning_type=full compute_dtype=bfloat16 val_size=7 do_eval=true", 12, [2] },
        { "stage=sft finetuning_type=full optim=adamw_8bit learning_rate=1e-3 max_samples=24", 12, [2] },
        { "stage=iopo loss_reduction=published max_samples=29", 12, [2] },
        { "stage=grpo num_generations=4 max_completion_length=40 max_steps=3 lora_dropout=0.1 log_records=true", 12, [2, 3] },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Any_number_of_ranks_trains_what_one_process_trains(string settings, int microBatches, int[] numbersOfRanks)
    {
        string[] Arguments(int ranks) =>
        [
            "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
            "per_device_train_batch_size=1", $"gradient_accumulation_steps={microBatches / ranks}", "max_samples=48", "num_train_epochs=1",
            "threads=1", "plot_loss=false", $"output_dir={_folder[$"{ranks}"]}", .. settings.Split(' '),
        ];
        CommandHarness.Run(Arguments(1)).Succeeds();
        foreach (int ranks in numbersOfRanks)
        {
            MpiJob.Run(ranks, Arguments(ranks)).Succeeds();
            AssertSame(_folder["1"], _folder[$"{ranks}"]);
        }
    }

    /// <summary>
    /// Sums in MPI's order: the numbers of one process to rounding. The gradient of this adapter takes MPI's way for long ones.
    /// </summary>
    [Theory]
    [InlineData(2, "lora")]
    [InlineData(5, "lora")]
    [InlineData(2, "full")] // more than one bucket
    [InlineData(5, "full")]
    public void Fast_sums_agree_to_rounding(int ranks, string method)
    {
        string[] Arguments(int number) =>
        [
            .. SmallTraining.Arguments(_folder[$"{number}"]), "per_device_train_batch_size=1", $"gradient_accumulation_steps={10 / number}",
            "gradient_reduction=fast", "lora_dropout=0", "save_strategy=no", "max_steps=4", $"finetuning_type={method}",
        ];
        CommandHarness.Run(Arguments(1)).Succeeds();
        MpiJob.Run(ranks, Arguments(ranks)).Succeeds();
        double[][] Numbers(int number) =>
            [.. SmallTraining.Metrics(_folder[$"{number}"]).Select(line => JsonNode.Parse(line)!).Select(
                m => new[] { (double)m["loss"]!, (double)m["grad_norm"]! })];
        (double[][] expected, double[][] actual) = (Numbers(1), Numbers(ranks));
        Assert.Equal(4, expected.Length);
        for (int step = 0; step < expected.Length; step++)
            for (int i = 0; i < 2; i++)
                Assert.InRange(actual[step][i] / expected[step][i], 0.999, 1.001);
    }

    /// <summary>One rank is killed without warning; fewer or more ranks go on from the last checkpoint.</summary>
    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(2, 0, 2)]
    public void A_killed_run_resumes_on_another_number_of_ranks(int ranks, int victim, int ranksAfter)
    {
        string output = _folder["run"];
        using (MpiJob job = MpiJob.Start(ranks, Arguments(output, ranks)))
        {
            AwaitCheckpoint(output, job);
            job.Signal("KILL", victim);
            Assert.NotEqual(0, job.Wait().Code);
        }
        MpiJob.Run(ranksAfter, [.. Arguments(output, ranksAfter), "--resume"]).Succeeds();
        training.AssertEqualsWhole(output);
    }

    /// <summary>A process that does not go on is named, the steps that are done are saved, and nobody waits longer than 30 s.</summary>
    [Theory]
    [InlineData("ordered")]
    [InlineData("fast")]
    public void A_silent_rank_ends_the_job(string reduction)
    {
        string output = _folder["run"];
        using MpiJob job = MpiJob.Start(2, [.. Arguments(output, 2), "num_train_epochs=200", $"gradient_reduction={reduction}"]);
        AwaitCheckpoint(output, job);
        job.Signal("STOP", 1);
        Assert.True(job.Process.WaitForExit(s_mostToEnd), $"still running {s_mostToEnd} after a rank was stopped");
        CommandResult result = job.Wait();
        Assert.Equal(1, result.Code);
        Assert.Matches(@"rank 1 \(.*, process \d+\): error: it has not answered for 20 s", result.Log);
        Assert.Contains($"the last checkpoint is {output}", result.Log, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(result.Log, "error: "));
    }

    [Fact]
    public void A_signal_saves_the_steps_that_are_done()
    {
        string output = _folder["run"];
        using (MpiJob job = MpiJob.Start(2, [.. Arguments(output, 2), "save_strategy=no"]))
        {
            Assert.True(SmallTraining.WaitUntil(() => Lines(output) >= 3, job.Process), "it ended before three steps");
            job.Signal("TERM", 0);
            Assert.Equal(130, job.Wait().Code);
        }
        Assert.InRange(SmallTraining.NewestCheckpoint(output), 3, SmallTraining.Steps);
        MpiJob.Run(2, [.. Arguments(output, 2), "save_strategy=no", "--resume"]).Succeeds();
        training.AssertEqualsWhole(output);
    }

    /// <summary>Also where sums begin during the backward pass: all ranks end after the same step.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_signal_ends_fast_sums_that_are_under_way(int rank)
    {
        string output = _folder["run"];
        using MpiJob job = MpiJob.Start(
            2, [.. Arguments(output, 2), "gradient_reduction=fast", "save_strategy=no", "num_train_epochs=200", "finetuning_type=full"]);
        Assert.True(SmallTraining.WaitUntil(() => Lines(output) >= 3, job.Process), "it ended before three steps");
        job.Signal("TERM", rank);
        Assert.Equal(130, job.Wait().Code);
        Assert.InRange(SmallTraining.NewestCheckpoint(output), 3, int.MaxValue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Log_probabilities_are_those_of_one_process_in_the_order_of_the_lines(int ranks)
    {
        string data = _folder["lines.jsonl"];
        string[] lines = File.ReadAllLines(Path.Combine(DemoModel.Folder, "examples", "pairs.jsonl"));
        File.WriteAllLines(data, Enumerable.Range(0, 700).Select(i => lines[i % lines.Length]));
        string[] arguments = ["logprobs", "--model", DemoModel.Folder, "--data", data, "--threads", "1"];
        CommandResult alone = CommandHarness.Run(arguments).Succeeds();
        Assert.Equal(alone.Output, MpiJob.Run(ranks, arguments).Succeeds().Output);
        File.AppendAllText(data, "{\"prompt\":\"\",\"response\":\"a\"}\n");
        CommandResult bad = MpiJob.Run(ranks, arguments);
        Assert.Equal(2, bad.Code);
        Assert.Single(Regex.Matches(bad.Log, "error: .*lines.jsonl:701: 'prompt' is empty"));
    }

    /// <summary>Rows in the order of the prompts; a killed run is resumed on another number of ranks.</summary>
    [Fact]
    public void Answers_are_those_of_one_process()
    {
        string prompts = _folder["prompts.jsonl"];
        string[] subjects = ["tea", "rain", "books", "bread", "winter", "a river", "music"];
        File.WriteAllLines(prompts, Enumerable.Range(0, 42).Select(i => JsonSerializer.Serialize(new
        {
            id = i % 2 == 0 ? (object)i : $"n{i}",
            messages = new[] { new { role = "user", content = $"Write about {subjects[i % 7]} in {2 + i / 7} sentences." } },
        })));
        string[] Arguments(string output) =>
        [
            "generate", "--model", DemoModel.Folder, "--data", prompts, "--out", output,
            "--max-new-tokens", "120", "--ignore-eos", "--batch", "2", "--precision", "float32", "--threads", "1",
        ];
        string one = _folder["one.jsonl"], many = _folder["many.jsonl"];
        CommandHarness.Run(Arguments(one)).Succeeds();
        string[] expected = [.. File.ReadLines(one).Order(StringComparer.Ordinal)];
        MpiJob.Run(3, Arguments(many)).Succeeds();
        Assert.Equal(expected, File.ReadLines(many).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadLines(prompts).Select(IdOf), File.ReadLines(many).Select(IdOf));
        Assert.Empty(Parts(many));

        foreach (int ranksAfter in new[] { 2, 1 })
        {
            string killed = _folder[$"killed{ranksAfter}.jsonl"];
            using (MpiJob job = MpiJob.Start(3, Arguments(killed)))
            {
                Assert.True(
                    SmallTraining.WaitUntil(() => Parts(killed).Any(p => new FileInfo(p).Length > 0), job.Process),
                    "it ended before a row");
                job.Signal("KILL", 2);
                Assert.NotEqual(0, job.Wait().Code);
            }
            Assert.NotEmpty(Parts(killed));
            CommandResult resumed = MpiJob.Run(ranksAfter, Arguments(killed)).Succeeds();
            Assert.Matches($@"killed{ranksAfter}.jsonl has [1-9]\d* of {expected.Length} rows", resumed.Log);
            Assert.Equal(expected, File.ReadLines(killed).Order(StringComparer.Ordinal));
            Assert.Empty(Parts(killed));
        }
    }

    [Fact]
    public void A_model_is_scored_as_by_one_process()
    {
        string data = _folder["quads.jsonl"];
        File.WriteAllLines(data, File.ReadLines(DemoModel.Quads).Take(24));
        string[] Arguments(string output) =>
        [
            "eval", "--model", DemoModel.Folder, "--bench", "constraints", "--data", data, "--max-new-tokens", "40",
            "--precision", "float32", "--responses", output, "--threads", "1", "--json",
        ];
        CommandResult alone = CommandHarness.Run(Arguments(_folder["one.jsonl"])).Succeeds();
        CommandResult together = MpiJob.Run(2, Arguments(_folder["two.jsonl"])).Succeeds();
        Assert.Equal(alone.Output, together.Output);
    }

    [Fact]
    public void Own_failures_and_rounds_are_those_of_one_process()
    {
        string[] Failures(string output) =>
        [
            "data", "failures", "--model", DemoModel.Folder, "--data", DemoModel.Quads, "--limit", "6", "--samples", "2",
            "--max-new-tokens", "48", "--seed", "3", "--out", _folder[output],
        ];
        using (OwnCache cache = new(_folder["cache-one"]))
            CommandHarness.Run(Failures("one.jsonl")).Succeeds();
        using (OwnCache cache = new(_folder["cache-two"]))
            MpiJob.Run(2, Failures("two.jsonl")).Succeeds();
        Assert.Equal(File.ReadAllText(_folder["one.jsonl"]), File.ReadAllText(_folder["two.jsonl"]));

        string[] Rounds(string output, int ranks) =>
        [
            "train", Path.Combine(DemoModel.Folder, "dpo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
            $"output_dir={_folder[output]}", "max_samples=6", "rounds=2", "round_samples=2", "round_max_new_tokens=48",
            "num_train_epochs=1", "per_device_train_batch_size=2", $"gradient_accumulation_steps={2 / ranks}", "plot_loss=false",
        ];
        using (OwnCache cache = new(_folder["cache-one"]))
            CommandHarness.Run(Rounds("one", 1)).Succeeds();
        using (OwnCache cache = new(_folder["cache-two"]))
            MpiJob.Run(2, Rounds("two", 2)).Succeeds();
        foreach (string file in new[] { "adapter_model.safetensors", "round-1/data.jsonl", "round-2/data.jsonl" })
            Assert.True(
                File.ReadAllBytes(_folder[$"one/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"two/{file}"])), file);
    }

    public void Dispose() => _folder.Dispose();

    internal static string[] Arguments(string output, int ranks) =>
        [.. SmallTraining.Arguments(output), $"gradient_accumulation_steps={MicroBatches / ranks}"];

    private static string[] Parts(string output) =>
        Directory.GetFiles(Path.GetDirectoryName(output)!, Path.GetFileName(output) + ".rank*");

    private static string IdOf(string line) => JsonNode.Parse(line)!["id"]!.ToJsonString();

    private static void AwaitCheckpoint(string output, MpiJob job) => Assert.True(
        SmallTraining.WaitUntil(() => SmallTraining.NewestCheckpoint(output) >= 4, job.Process), "it ended before a checkpoint");

    private static int Lines(string output) =>
        File.Exists(Path.Combine(output, "metrics.jsonl")) ? File.ReadLines(Path.Combine(output, "metrics.jsonl")).Count() : 0;

    private static void AssertSame(string expected, string actual)
    {
        string[] Files(string folder) => [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(Files(expected), Files(actual));
        Assert.Equal(SmallTraining.Metrics(expected), SmallTraining.Metrics(actual));
        int compared = 0;
        foreach (string file in Files(expected).Where(f => f is not "metrics.jsonl" and not "train_results.json"))
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(expected, file));
            Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))), file);
            compared++;
        }
        Assert.True(compared >= 2, "weights and evaluations or margins are there to compare");
    }
}
