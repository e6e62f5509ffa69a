using TraceFast.Data.Files;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tracefast-checkpoints-").FullName;
    private readonly List<string> _said = [];

    private CheckpointStore Store => new(_root, new AtomicFolder(), _said.Add);

    private Checkpoint Save(int step, string weights = "w") => Store.Save(
        new CheckpointState
        {
            Step = step,
            TotalSteps = 9,
            Started = new DateTime(2024, 2, 29, 23, 59, 58),
            ConfigFingerprint = new(StringComparer.Ordinal) { ["learning_rate"] = "1e-4", ["model"] = "abc" },
            Environment = new(StringComparer.Ordinal) { ["threads"] = "2" },
            AppendedFiles = new(StringComparer.Ordinal) { ["metrics.jsonl"] = 17 },
            DropoutGenerator = [1, 2, 3],
            Best = new BestEvaluation(1, double.NaN),
        },
        folder => File.WriteAllText(Path.Combine(folder, "adapter"), weights));

    [Fact]
    public void What_is_saved_is_read_back()
    {
        Save(3);
        Checkpoint? found = Store.Newest();
        Assert.NotNull(found);
        Assert.Equal((3, 9, 17L), (found.State.Step, found.State.TotalSteps, found.State.AppendedFiles["metrics.jsonl"]));
        Assert.Equal(new DateTime(2024, 2, 29, 23, 59, 58), found.State.Started);
        Assert.Equal([1, 2, 3], found.State.DropoutGenerator!);
        Assert.Equal(new BestEvaluation(1, double.NaN), found.State.Best);
        Assert.Equal(["adapter"], found.State.Files.Keys);
        Assert.Empty(_said);
    }

    /// <summary>Checkpoints of versions that did not have the key are of runs that packed micro-batches together.</summary>
    [Fact]
    public void A_checkpoint_from_before_gradient_reduction_is_one_of_fast()
    {
        Save(3);
        CheckpointState state = Store.Newest()!.State;
        state.RequireSame(Fingerprint("fast"), "here");
        CheckpointException e = Assert.Throws<CheckpointException>(() => state.RequireSame(Fingerprint("ordered"), "here"));
        Assert.Contains("gradient_reduction was fast, now ordered", e.Message, StringComparison.Ordinal);

        static SortedDictionary<string, string> Fingerprint(string reduction) =>
            new() { ["learning_rate"] = "1e-4", ["model"] = "abc", ["gradient_reduction"] = reduction };
    }

    [Fact]
    public void A_checkpoint_from_before_a_key_is_one_without_it()
    {
        Save(3);
        CheckpointState state = Store.Newest()!.State;
        state.RequireSame(Fingerprint("null"), "here");
        state.RequireSame(Fingerprint(Written("1.0")), "here"); // once the rate trains the same
        CheckpointException e = Assert.Throws<CheckpointException>(() => state.RequireSame(Fingerprint(Written("16")), "here"));
        Assert.Contains("loraplus_lr_ratio was unset, now 16", e.Message, StringComparison.Ordinal);

        static string Written(string ratio) => RunConfiguration.Parse(
            "model_name_or_path: m\ndataset: d\noutput_dir: o", overrides: [$"loraplus_lr_ratio={ratio}"])
            .ValuesOf(key => key.Name == "loraplus_lr_ratio").Single().Value;
        static SortedDictionary<string, string> Fingerprint(string ratio) =>
            new() { ["learning_rate"] = "1e-4", ["model"] = "abc", ["gradient_reduction"] = "fast", ["loraplus_lr_ratio"] = ratio };
    }

    /// <summary>What was written before there were these keys ran with their defaults.</summary>
    [Theory]
    [InlineData("pref_beta", "0.2", "0.1")]
    [InlineData("holder_gamma", "3", "2")]
    [InlineData("pref_calibrate", "true", "false")]
    [InlineData("round_fallback", "none", "data")]
    public void A_checkpoint_from_before_a_key_has_its_default(string key, string other, string @default)
    {
        Save(3);
        CheckpointState state = Store.Newest()!.State;
        state.RequireSame(Fingerprint(@default), "here");
        CheckpointException e = Assert.Throws<CheckpointException>(() => state.RequireSame(Fingerprint(other), "here"));
        Assert.Contains($"{key} was {@default}, now {other}.", e.Message, StringComparison.Ordinal);

        SortedDictionary<string, string> Fingerprint(string value) =>
            new() { ["learning_rate"] = "1e-4", ["model"] = "abc", ["gradient_reduction"] = "fast", [key] = value };
    }

    [Theory]
    [InlineData("adapter", "changed")]
    [InlineData(CheckpointState.FileName, "{\"format\":")]
    [InlineData(CheckpointState.FileName, "{\"format\": 1, \"unknown\": 2}")]
    [InlineData(CheckpointState.FileName, "null")]
    [InlineData(
        CheckpointState.FileName,
        """{"format":2,"step":5,"total_steps":9,"started":"2024-02-29T23:59:58","environment":{},"reference_keys":{},"appended_files":"""
            + """{},"files":{}}""")]
    public void A_damaged_checkpoint_is_passed_over_and_named(string file, string content)
    {
        Save(3);
        Save(5);
        File.WriteAllText(Path.Combine(_root, "checkpoint-5", file), content);
        Assert.Equal(3, Store.Newest()!.State.Step);
        Assert.Contains("checkpoint-5", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_format_1_is_read_with_the_names_of_its_time()
    {
        Save(3);
        string path = Path.Combine(_root, "checkpoint-3", CheckpointState.FileName);
        string former = File.ReadAllText(path).Replace("\"format\": 2", "\"format\": 1", StringComparison.Ordinal)
            .Replace("\"config_fingerprint\"", "\"identity\"", StringComparison.Ordinal)
            .Replace("\"model\"", "\"loss_normalisation\"", StringComparison.Ordinal);
        Assert.DoesNotContain("config_fingerprint", former, StringComparison.Ordinal);
        File.WriteAllText(path, former);
        Checkpoint? found = Store.Newest();
        Assert.Empty(_said);
        CheckpointState state = found!.State;
        Assert.Equal(1, state.Format);
        state.RequireSame(
            new Dictionary<string, string> { ["learning_rate"] = "1e-4", ["loss_reduction"] = "abc", ["gradient_reduction"] = "fast" },
            "checkpoint-3");
        Assert.DoesNotContain(
            "identity", File.ReadAllText(Path.Combine(Save(4).Folder, CheckpointState.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_written_folder_is_removed()
    {
        Save(3);
        Directory.CreateDirectory(Path.Combine(_root, "checkpoint-5.writing-2147483646"));
        Assert.Equal(3, Store.Newest()!.State.Step);
        Assert.Equal(["checkpoint-3"], Directory.GetDirectories(_root).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(2, null, new[] { 4, 5 })]
    [InlineData(2, 1, new[] { 1, 5 })]
    [InlineData(1, 1, new[] { 1, 5 })]
    [InlineData(0, null, new[] { 5 })]
    [InlineData(9, 2, new[] { 1, 2, 3, 4, 5 })]
    public void Pruning_keeps_the_newest_and_the_best(int limit, int? best, int[] kept)
    {
        for (int step = 1; step <= 5; step++)
            Save(step);
        Store.Prune(limit, best);
        Assert.Equal(
            kept, Directory.GetDirectories(_root).Select(f => int.Parse(Path.GetFileName(f)["checkpoint-".Length..], null)).Order());
    }

    [Fact]
    public void Another_run_is_refused_by_what_differs_and_another_machine_is_told()
    {
        CheckpointState state = Save(1).State;
        CheckpointException e = Assert.Throws<CheckpointException>(() =>
            state.RequireSame(new Dictionary<string, string> { ["learning_rate"] = "2e-4", ["model"] = "abc" }, "checkpoint-1"));
        Assert.Contains("learning_rate was 1e-4, now 2e-4", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", e.Message, StringComparison.Ordinal);
        Assert.Equal(["threads was 2, now 4"], state.OtherEnvironment(new Dictionary<string, string> { ["threads"] = "4" }));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
