using System.Text.RegularExpressions;
using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Loop;
using TraceFast.Training.Tests.Distributed;

namespace TraceFast.Training.Tests.Loop;

/// <summary>What is chosen for a limit of memory; that the choice comes true is measured by the end-to-end tests.</summary>
public sealed class MaxMemoryTests
{
    private const double MiB = 1 << 20;

    private static string Folder => Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    [Fact]
    public void Without_want_nothing_is_recomputed_and_packs_are_as_large_as_is_of_use()
    {
        RunMemory plan = Choose("max_memory=100GiB");
        Assert.Equal((0, 4096, 4096), (plan.Recomputed, plan.TokenBudget, plan.Tokens));
        RunMemory small = Choose("max_memory=100GiB", "per_device_train_batch_size=2");
        Assert.InRange(small.Tokens, 100, 1900); // what two records have
        Assert.Equal(4096, small.TokenBudget); // for evaluations
    }

    /// <summary>Less memory takes more time, and what is planned stays below it.</summary>
    [Fact]
    public void Less_memory_gives_smaller_packs_and_more_recomputed_layers()
    {
        List<RunMemory> plans = [];
        for (int limit = 600; limit >= 300; limit -= 10)
        {
            RunMemory plan = Choose($"max_memory={limit}MiB");
            Assert.InRange(plan.Bytes, 0, 0.97 * limit * MiB);
            if (plans.Count > 0)
                Assert.True(Time(plan) >= Time(plans[^1]), $"{plan} is better than {plans[^1]}, with less memory");
            plans.Add(plan);
        }
        Assert.Contains(plans, p => p.Recomputed > 0);
        Assert.True(plans.Select(p => p.Tokens).Distinct().Count() > 2);

        static double Time(RunMemory plan) => (1 + plan.Recomputed / 12.0) * (1 + 130.0 / plan.Tokens);
    }

    [Fact]
    public void What_the_user_or_the_checkpoint_says_is_kept()
    {
        Assert.Equal(700, Choose("max_memory=1GiB", "token_budget=700").TokenBudget);
        Assert.Equal(900, Choose(1, 900, "max_memory=1GiB").TokenBudget);
        Assert.Equal(700, Choose(1, 900, "max_memory=1GiB", "token_budget=700").TokenBudget);
        Assert.Equal(4, Choose("max_memory=1GiB", "gradient_checkpointing=true").Recomputed);
        Assert.Equal(0, Choose("max_memory=340MiB", "gradient_checkpointing=false").Recomputed);
        Assert.Equal(4, Choose("max_memory=1GiB", "disable_gradient_checkpointing=false").Recomputed);
    }

    [Fact]
    public void Moments_sums_and_ranks_are_counted()
    {
        const double parameters = 4 * 1_598_880;
        double Full(int ranks, params string[] more) => Choose(
            ranks, null,
            ["max_memory=9GiB", "finetuning_type=full", "token_budget=600", "gradient_accumulation_steps=1", .. more]).Bytes / parameters;
        double one = Full(1), lora = Choose("max_memory=9GiB", "token_budget=600").Bytes / parameters;
        Assert.InRange(one - lora, 3, 6); // gradients, moments, and what a weight's gradient takes on its way
        Assert.InRange(one - Full(1, "optim=adamw_8bit"), 0.8, 1.8); // without the embedding
        Assert.Equal(5, Full(2) - one, 6);
        Assert.Equal(2, Full(2, "gradient_reduction=fast") - one, 6);
        Assert.Equal(3, Full(1, "gradient_accumulation_steps=8") - one, 6);
        Assert.Equal(0, Full(1, "gradient_accumulation_steps=8", "gradient_reduction=fast") - one, 6);
        Assert.Equal(4 * 8 + 1 + 7, Full(3, "gradient_accumulation_steps=8") - one, 6); // each of its own micro-batches but the last
    }

    [Fact]
    public void What_cannot_fit_is_refused_with_the_longest_record()
    {
        InputException e = Assert.Throws<InputException>(() => Choose("max_memory=265MiB"));
        Assert.Matches(
            @"max_memory is 0\.26 GiB, and the run needs at least 0\.[23]\d GiB: .* 4 of 4 layers recomputed .*quads.jsonl:\d+, takes \d+",
            e.Message);
        e = Assert.Throws<InputException>(() => Choose("max_memory=265MiB", "finetuning_type=full"));
        Assert.EndsWith("or set optim: adamw_8bit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_kernels_than_the_processors_are_refused()
    {
        InputException e = Assert.Throws<InputException>(() => Choose(1, null, KernelSet.Tiled, "max_memory=1GiB"));
        Assert.Contains("kernels, and the run computes with tiled", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Rank 0 logs the largest, which may be another's.</summary>
    [Fact]
    public void The_plan_is_compared_with_the_rank_that_took_most()
    {
        RunMemory plan = new(4096, 0, 4096, 3 << 29);
        RunConfiguration c = Configuration("max_memory=2GiB");
        Assert.Equal(
            "memory: the process took 1.25 GiB at most, 1.50 GiB were planned", plan.Compare(c, Communicator.Alone, peakMiB: 1280));
        Assert.All(
            ThreadCommunicator.Run(3, r => plan.Compare(c, r, peakMiB: r.Rank == 1 ? 2304 : 1280)),
            line => Assert.Equal(
                "memory: the largest of 3 processes took 2.25 GiB at most, 1.50 GiB were planned; this is more than max_memory, 2.00 GiB",
                line));
    }

    /// <summary>Saving takes memory too.</summary>
    [Fact]
    public void The_peak_is_told_when_all_is_saved()
    {
        using TrainedRun run = new();
        run.Train([.. SmallRun.Iopo(run), ("max_memory", "4GiB")]);
        string[] lines = run.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("memory: the process took ", lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("done: ", lines[^2], StringComparison.Ordinal);
        Assert.Single(lines, l => l.Contains("were planned", StringComparison.Ordinal));
    }

    /// <summary>It goes on to the same bytes with the checkpoint's budget and recomputed layers, but for what the user gives.</summary>
    [Fact]
    public void A_run_is_resumed_without_max_memory()
    {
        using TrainedRun whole = new(), stopped = new();
        (string, object) limit = ("max_memory", "295MiB"), resume = ("resume_from_checkpoint", true);
        whole.Train([.. Settings(), limit]);
        stopped.Train([.. Settings(), limit]);
        Match plan = Regex.Match(stopped.Log, @"token_budget (\d+) .*, ([1-4]) of 4 layers recomputed");
        Assert.True(plan.Success, stopped.Log);
        (string budget, string recomputed) = (plan.Groups[1].Value, plan.Groups[2].Value);
        Assert.NotEqual("4096", budget);

        GoesOn([], $"memory: token_budget {budget}, {recomputed} of 4 layers recomputed, as in the checkpoint, since");
        Assert.Equal(recomputed, $"{CheckpointState.Read(Path.Combine(stopped.Output, "checkpoint-2")).RecomputedLayers}");
        GoesOn([("gradient_checkpointing", false)], $"memory: token_budget {budget}, as in the checkpoint, since");
        GoesOn([("token_budget", budget)], $"memory: {recomputed} of 4 layers recomputed, as in the checkpoint, since");
        CheckpointException e = Assert.Throws<CheckpointException>(() => GoesOn([("token_budget", 4096)], ""));
        Assert.Contains($"token_budget was {budget}, now 4096", e.Message, StringComparison.Ordinal);

        void GoesOn((string, object)[] more, string line)
        {
            Directory.Delete(Path.Combine(stopped.Output, "checkpoint-2"), recursive: true);
            int before = stopped.Log.Length;
            stopped.Train([.. Settings(), .. more, resume]);
            Assert.Contains(line, stopped.Log[before..], StringComparison.Ordinal);
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(whole.Output, "adapter_model.safetensors")),
                File.ReadAllBytes(Path.Combine(stopped.Output, "adapter_model.safetensors")));
        }

        static (string, object)[] Settings() =>
        [
            ("model_name_or_path", Folder), ("stage", "iopo"), ("dataset", Path.Combine(Folder, "data", "quads.jsonl")),
            ("max_samples", 64), ("cutoff_len", 512), ("per_device_train_batch_size", 32), ("learning_rate", 1e-3), ("max_steps", 2),
            ("save_steps", 1), ("report_margins", false),
        ];
    }

    [Fact]
    public void Checkpoints_with_no_such_number_of_layers_are_refused()
    {
        using TrainedRun run = new();
        run.Train([.. SmallRun.Iopo(run), ("max_memory", "4GiB")]);
        string state = Path.Combine(run.Output, "checkpoint-6", CheckpointState.FileName), text = File.ReadAllText(state);
        File.WriteAllText(state, text.Replace("\"recomputed_layers\": 0", "\"recomputed_layers\": 99", StringComparison.Ordinal));
        Assert.Matches(
            @"checkpoint-6: its recomputed_layers is 99; expected at most \d, the layers of the model$",
            Assert.Throws<CheckpointException>(() => run.Train([.. SmallRun.Iopo(run), ("resume_from_checkpoint", true)])).Message);
    }

    /// <summary>One rank is interrupted while it reads the records' lengths: none waits for it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Reading_lengths_is_interrupted(int ranks)
    {
        using TemporaryFolder folder = new();
        TrainingOutcome[] outcomes = ThreadCommunicator.Run(ranks, r =>
        {
            using CancellationTokenSource source = new();
            InterruptingLog log = new(r.Rank == ranks - 1 ? source.Cancel : () => { });
            return TrainingRun.Execute(
                Configuration("max_memory=1GiB", $"output_dir={folder["run"]}"),
                new TrainingServices { Log = log, Ranks = r, ReferenceCacheFolder = null, TokenFolder = null }, source.Token);
        });
        Assert.All(outcomes, o => Assert.Equal((TrainingEnd.Interrupted, 0), (o.End, o.Steps)));
    }

    private static RunMemory Choose(params string[] settings) => Choose(1, null, settings);

    private static RunMemory Choose(int ranks, int? resumedBudget, params string[] settings) =>
        Choose(ranks, resumedBudget, KernelSet.Cpu, settings);

    private static RunMemory Choose(int ranks, int? resumedBudget, KernelSet kernels, params string[] settings)
    {
        RunConfiguration c = Configuration(settings);
        PlainRunLog log = new(TextWriter.Null, TimeSpan.Zero);
        using RunModel model = RunModel.Load(c, new DecoderOptions { Kernels = kernels }, log);
        using RunData data = RunData.Load(c, DateTime.UnixEpoch, model.Decoder.Config.VocabularySize, null, log, default);
        return RunMemory.Choose(c, model, data, ranks, resumedBudget, log, default);
    }

    private static RunConfiguration Configuration(params string[] settings) => RunConfiguration.Load(
        Path.Combine(Folder, "iopo.yaml"),
        [
            $"model_name_or_path={Folder}", $"dataset={Path.Combine(Folder, "data", "quads.jsonl")}", "per_device_train_batch_size=32",
            .. settings,
        ]);

    /// <summary>Calls something before lengths are read.</summary>
    private sealed class InterruptingLog(Action before) : IRunLog, IProgressReport
    {
        public void Line(string text)
        {
        }

        public void Report(long done, string? status = null)
        {
        }

        public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work)
        {
            if (what.StartsWith("lengths", StringComparison.Ordinal))
                before();
            return work(this);
        }
    }
}
