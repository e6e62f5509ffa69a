using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary><c>train</c> with <c>rounds</c>: sampled, checked and trained on, killed and resumed.</summary>
public sealed class TrainRoundsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OwnCache _cache;

    public TrainRoundsTests() => _cache = new(_folder["cache"]);

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_killed_run_ends_with_the_bytes_of_one_that_was_not()
    {
        CommandResult whole = Train("whole");
        whole.Succeeds();
        Assert.Matches("round 2 of 2: 24 answers to 12 prompts, [0-9]+ break nothing", whole.Log);
        JsonElement second = Record("whole", 2);
        Assert.Equal((12, 24, 2), (Number(second, "prompts"), Number(second, "samples"), Number(second, "steps")));
        Assert.InRange(Number(second, "written"), 1, 12);
        Assert.InRange(Number(second, "repeated"), 0, 24);
        Assert.Equal(0, Number(second, "copied"));
        Assert.Single(whole.Log.Split('\n'), l => l.Contains("num_train_epochs has no effect", StringComparison.Ordinal));
        Assert.Equal(File.ReadLines(_folder["whole/round-2/data.jsonl"]).Count(), Number(second, "written"));
        Assert.Equal(Bytes("whole/round-2/train/adapter_model.safetensors"), Bytes("whole/adapter_model.safetensors"));
        Assert.NotEqual(Bytes("whole/round-1/train/adapter_model.safetensors"), Bytes("whole/adapter_model.safetensors"));
        Assert.False(Directory.Exists(_folder["whole/round-2/.export"]));
        JsonElement[] counts = [.. JsonDocument.Parse(File.ReadAllText(_folder["whole/rounds.json"])).RootElement.EnumerateArray()];
        Assert.Equal([Number(Record("whole", 1), "written"), Number(second, "written")], counts.Select(c => Number(c, "written")));
        Assert.All(counts, c => Assert.False(c.TryGetProperty("settings", out _)));

        // Killed while the first round was sampled.
        Copy("whole/round-1", "sampling/round-1", without: ["data.jsonl", "round.json", "train"]);
        CutInHalf("sampling/round-1/data.jsonl.samples.jsonl");
        AssertResumed("sampling", "10 of 24 rows");

        // Killed after the second was sampled: only its training is left.
        Copy("whole/round-1", "sampled/round-1");
        Copy("whole/round-2", "sampled/round-2", without: ["train"]);
        Unfinish("sampled", 2);
        AssertResumed("sampled", "round 1 of 2 is finished");

        // Killed in the second's training, after its first checkpoint.
        Copy("whole/round-1", "training/round-1");
        Copy("whole/round-2", "training/round-2", without: ["checkpoint-2", "train_results.json"]);
        Unfinish("training", 2);
        AssertResumed("training", "1 of 2 steps are done");
    }

    [Fact]
    public void What_the_same_policy_answered_before_is_not_sampled_again()
    {
        const string Kept = "answers that an earlier run sampled";
        CommandResult first = Train("first", "learning_rate=1e-3");
        first.Succeeds();
        Assert.DoesNotContain(Kept, first.Log, StringComparison.Ordinal);
        // Another learning rate: the first round's policy is the same, the second's is not.
        CommandResult second = Train("second", "learning_rate=2e-3");
        second.Succeeds();
        Assert.Single(second.Log.Split('\n'), l => l.Contains(Kept, StringComparison.Ordinal));
        Assert.Contains("24 of 24 rows; 0 are left", second.Log, StringComparison.Ordinal);
        Assert.Equal(Bytes("first/round-1/data.jsonl"), Bytes("second/round-1/data.jsonl"));
        // Other answers are asked for.
        CommandResult third = Train("third", "round_temperature=0.9", "rounds=1");
        third.Succeeds();
        Assert.DoesNotContain(Kept, third.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Six_cells_and_other_records_in_each_round()
    {
        Train(
            "out", "stage=iopo", "pref_quads=iopo_verified", "round_prompts=parts", "round_learning_rate_factor=0.5",
            "finetuning_type=full", "learning_rate=1e-4").Succeeds();
        string[][] prompts =
        [
            .. new[] { 1, 2 }.Select(r => JsonLines.Read(_folder[$"out/round-{r}/data.jsonl"]).Select(l => l.Text("x1")).ToArray()),
        ];
        Assert.All(prompts, p => Assert.InRange(p.Length, 1, 3));
        Assert.Empty(prompts[0].Intersect(prompts[1]));
        Assert.Contains("\"failed1\":", File.ReadAllText(_folder["out/round-1/data.jsonl"]), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["out/model.safetensors"]) && File.Exists(_folder["out/tokenizer.json"]));
        double[] rates = [.. new[] { 1, 2 }.Select(r => JsonDocument.Parse(
            File.ReadLines(_folder[$"out/round-{r}/train/metrics.jsonl"]).Last()).RootElement.GetProperty("lr").GetDouble())];
        Assert.Equal(rates[0] / 2, rates[1], 1e-12);
    }

    [Fact]
    public void Other_settings_or_prompts_do_not_continue_a_round()
    {
        Train("out", "rounds=1").Succeeds();
        Refused("round_temperature was 1, now 0.5", "rounds=2", "round_temperature=0.5", "resume_from_checkpoint=true");
        Refused("the round was made with other prompts", "rounds=2", "max_samples=5", "resume_from_checkpoint=true");
        Refused("is not empty", "rounds=2");
        File.WriteAllText(_folder["out/round-1/round.json"], "{\"prompts\": 12,");
        Refused("round.json:1: not the record of a round", "resume_from_checkpoint=true");
        File.WriteAllText(_folder["out/round-1/round.json"], "{\"prompts\": 12}");
        Refused("round.json:1: not the record of a round", "resume_from_checkpoint=true");
        // Started over, no round of before is left.
        Train("out", "rounds=1", "overwrite_output_dir=true").Succeeds();
        Directory.CreateDirectory(_folder["out/round-2"]);
        File.WriteAllText(_folder["out/round-2/round.json"], "not read");
        Train("out", "overwrite_output_dir=true").Succeeds();
        // More rounds go on from those that are there.
        CommandResult more = Train("out", "rounds=3", "resume_from_checkpoint=true");
        more.Succeeds();
        Assert.Contains("round 2 of 3 is finished", more.Log, StringComparison.Ordinal);

        void Refused(string expected, params string[] settings)
        {
            CommandResult result = Train("out", settings);
            Assert.Equal(2, result.Code);
            Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_nothing_fails_there_is_nothing_to_train_on()
    {
        // Every answer obeys it.
        const string Constraint = """{"type": "exclamation_count", "scope": "whole", "max": 5000, "statement": "Say something."}""";
        File.WriteAllLines(
            _folder["easy.jsonl"],
            Enumerable.Range(0, 3).Select(i => $$"""{"prompt": "Say something, number {{i}}.", "constraints": [{{Constraint}}]}"""));
        CommandResult result = Train("out", $"dataset={_folder["easy.jsonl"]}");
        Assert.Equal(2, result.Code);
        Assert.Contains("no answer of the model fails", result.Log, StringComparison.Ordinal);
    }

    private CommandResult Train(string output, params string[] more) => CommandHarness.Run(
    [
        "train", Path.Combine(DemoModel.Folder, "dpo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
        $"output_dir={_folder[output]}", "max_samples=6", "rounds=2", "round_samples=2", "round_max_new_tokens=48", "max_steps=2",
        "save_strategy=steps", "save_steps=1", "plot_loss=false", "report_to=none", "pref_ftx=1.0", .. more,
    ]);

    private void AssertResumed(string output, string log)
    {
        using OwnCache other = new(_folder[$"{output}-cache"]); // nothing that the whole run sampled
        CommandResult result = Train(output, "resume_from_checkpoint=true");
        result.Succeeds();
        Assert.Contains(log, result.Log, StringComparison.Ordinal);
        foreach (string file in new[]
            {
                "adapter_model.safetensors", "margins.jsonl", "round-1/data.jsonl", "round-1/train/adapter_model.safetensors",
                "round-2/data.jsonl", "round-2/round.json", "rounds.json",
            })
            Assert.True(Bytes($"whole/{file}").AsSpan().SequenceEqual(Bytes($"{output}/{file}")), $"{output}: {file} differs");
    }

    private byte[] Bytes(string file) => File.ReadAllBytes(_folder[file]);

    private JsonElement Record(string output, int round) =>
        JsonDocument.Parse(File.ReadAllText(_folder[$"{output}/round-{round}/round.json"])).RootElement;

    private static int Number(JsonElement record, string name) => record.GetProperty(name).GetInt32();

    /// <summary>What the record says before the round is trained.</summary>
    private void Unfinish(string output, int round)
    {
        string path = _folder[$"{output}/round-{round}/round.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"steps\": 2", "\"steps\": null", StringComparison.Ordinal));
    }

    /// <summary>10 of 24 lines, and a part of the next.</summary>
    private void CutInHalf(string file)
    {
        string[] lines = File.ReadAllLines(_folder[file]);
        File.WriteAllText(_folder[file], string.Join('\n', lines.Take(10)) + "\n" + lines[10][..7]);
    }

    private void Copy(string from, string to, params string[] without)
    {
        Directory.CreateDirectory(_folder[to]);
        foreach (string entry in Directory.GetFileSystemEntries(_folder[from]).Where(e => !without.Contains(Path.GetFileName(e))))
        {
            string name = Path.GetFileName(entry);
            if (Directory.Exists(entry))
                Copy($"{from}/{name}", $"{to}/{name}", without);
            else
                File.Copy(entry, _folder[$"{to}/{name}"]);
        }
    }
}
