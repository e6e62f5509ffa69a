using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>A model's own failures, as a user gets them and trains on them.</summary>
public sealed class DataFailuresTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OwnCache _cache;

    public DataFailuresTests() => _cache = new(_folder["samples"]);

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_interrupted_run_ends_as_the_uninterrupted_one_and_is_trained_on()
    {
        CommandResult whole = Run("whole.jsonl", "--json");
        whole.Succeeds();
        JsonElement report = JsonDocument.Parse(whole.Output).RootElement;
        Assert.Equal((24, 72), (report.GetProperty("prompts").GetInt32(), report.GetProperty("samples").GetInt32()));
        Assert.Equal("temperature 1, top-k 0, top-p 1, min-p 0, seed 3", report.GetProperty("sampling").GetString());
        int passing = report.GetProperty("passing").GetInt32(), written = report.GetProperty("written").GetInt32();
        Assert.InRange(passing, 1, 71);
        Assert.Equal(written, File.ReadLines(_folder["whole.jsonl"]).Count());

        // What a killed run leaves: some samples, a line that is cut off, and no output.
        foreach (string ending in new[] { ".samples.jsonl.prompts.jsonl", ".samples.jsonl.run.json" })
            File.Copy(_folder["whole.jsonl" + ending], _folder["killed.jsonl" + ending]);
        string[] samples = File.ReadAllLines(_folder["whole.jsonl.samples.jsonl"]);
        File.WriteAllText(_folder["killed.jsonl.samples.jsonl"], string.Join('\n', samples.Take(30)) + "\n" + samples[30][..9]);
        Run("killed.jsonl").Succeeds();
        Assert.Equal(File.ReadAllText(_folder["whole.jsonl"]), File.ReadAllText(_folder["killed.jsonl"]));

        CommandHarness.Run(
        [
            "train", Path.Combine(DemoModel.Folder, "dpo.yaml"), $"model_name_or_path={DemoModel.Folder}",
            $"dataset={_folder["whole.jsonl"]}", $"output_dir={_folder["out"]}", "max_steps=1", "plot_loss=false", "pref_ftx=1.0",
        ]).Succeeds();
    }

    [Fact]
    public void Another_seed_takes_other_samples_and_quads_get_further_cells()
    {
        Run("a.jsonl", "--layout", "quads").Succeeds();
        Run("b.jsonl", "--layout", "quads", "--seed", "4").Succeeds();
        Assert.NotEqual(File.ReadAllText(_folder["a.jsonl"]), File.ReadAllText(_folder["b.jsonl"]));
        Assert.Contains("\"failed1\":", File.ReadAllText(_folder["a.jsonl"]), StringComparison.Ordinal);
        CommandHarness.Run(["data", "validate", _folder["a.jsonl"], "--stage", "iopo"]).Succeeds();

        CommandResult trained = Train(_folder["a.jsonl"]);
        trained.Succeeds();
        Assert.Matches("failing answers: [0-9]+ of 2[024] prompts have one", trained.Log);
        CommandResult none = Train(DemoModel.Quads);
        Assert.Equal(2, none.Code);
        Assert.Contains("no record has one; 'tracefast data failures --layout quads' makes them", none.Log, StringComparison.Ordinal);

        CommandResult Train(string data) => CommandHarness.Run(
        [
            "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={data}",
            $"output_dir={_folder["out"]}", "overwrite_output_dir=true", "max_samples=12", "max_steps=1", "plot_loss=false",
            "pref_quads=iopo_verified", "pref_ftx=1.0", "verified_failure_weight=2",
        ]);
    }

    [Fact]
    public void A_judge_is_asked_what_no_program_checks()
    {
        const string Unchecked = """, "unchecked": [{"type": "tone", "tone": "kind", "statement": "Be kind"}]}""";
        File.WriteAllLines(_folder["quads.jsonl"], File.ReadLines(DemoModel.Quads).Take(6).Select(l => l[..^1] + Unchecked));
        string[] options = ["--data", _folder["quads.jsonl"], "--samples", "2", "--json"];
        CommandResult without = Run("without.jsonl", options);
        without.Succeeds();
        Assert.Contains("12 of 12 prompts state constraints that only a judge decides", without.Log, StringComparison.Ordinal);
        int passing = Passing(without);
        Assert.InRange(passing, 1, 23);

        // Of what the program lets pass, the judge lets pass the data's answers alone.
        string[] data = [.. JsonLines.Read(_folder["quads.jsonl"]).SelectMany(l => new[] { l.Text("y1"), l.Text("y2") })];
        using ChatServer server = new((call, _) => ChatReply.Says(
            data.Any(y => call.Prompt.Contains($"\n{y}\n", StringComparison.Ordinal)) ? "It is kind.\n1: YES" : "It is rude.\n1: NO"));
        CommandResult judged = Run(
            "judged.jsonl", [.. options, "--judge", server.BaseUrl, "--judge-model", "m", "--cache", _folder["cache"]]);
        judged.Succeeds();
        Assert.Equal(0, Passing(judged));
        Assert.Matches("the judge was asked about [0-9]+ answers that break nothing else; of 0 it gave no verdict", judged.Log);
        Assert.NotEmpty(server.Calls);
        Assert.Contains("the judge: It is rude.", File.ReadAllText(_folder["judged.jsonl"]), StringComparison.Ordinal);

        static int Passing(CommandResult result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("passing").GetInt32();
    }

    private CommandResult Run(string output, params string[] more) => CommandHarness.Run(
    [
        "data", "failures", "--model", DemoModel.Folder, "--max-new-tokens", "96", "--out", _folder[output],
        .. more.Contains("--data") ? Array.Empty<string>() : ["--data", DemoModel.Quads, "--limit", "12", "--samples", "3"],
        .. more.Contains("--seed") ? more : [.. more, "--seed", "3"],
    ]);
}
