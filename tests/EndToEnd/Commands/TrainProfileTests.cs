using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

/// <summary><c>train profile: true</c>.</summary>
public sealed class TrainProfileTests
{
    [Fact]
    public void Profiled_steps_are_written_and_change_nothing()
    {
        using TemporaryFolder folder = new();
        string[] settings = [
            "max_steps=3", "val_size=0.25", "eval_strategy=steps", "eval_steps=1", "save_strategy=steps", "save_steps=1", "threads=2"];
        string log = DemoModel.Train(folder["on"], [.. settings, "profile=true", "profile_steps=2"]).Succeeds().Log;
        DemoModel.Train(folder["off"], settings).Succeeds();

        Assert.Contains("profile of 2 steps", log, StringComparison.Ordinal);
        Assert.Contains("lora_linear backward", log, StringComparison.Ordinal);
        JsonElement[] events = ProfileFormats.CheckTrace(File.ReadAllText(folder["on/profile/trace.json"]));
        string[] names = [.. events.Select(e => e.GetProperty("name").GetString()!).Distinct()];
        // Steps are told from 0; the first one warms up. Between them lie evaluations and checkpoints.
        foreach (string name in new[] { "step 1", "step 2", "evaluation", "checkpoint", "choice of records", "packing", "objective",
            "metrics", "adamw", "layer 0", "tree_attention backward" })
            Assert.Contains(name, names);
        Assert.DoesNotContain("step 0", names);
        ProfileFormats.CheckSpeedscope(File.ReadAllText(folder["on/profile/speedscope.json"]));
        Assert.Contains("outside layers", File.ReadAllText(folder["on/profile/operations.txt"]), StringComparison.Ordinal);

        Assert.False(Directory.Exists(folder["off/profile"]));
        Assert.Equal(Losses(folder["off"]), Losses(folder["on"]));
        Assert.Equal(
            File.ReadAllBytes(folder["off/adapter_model.safetensors"]), File.ReadAllBytes(folder["on/adapter_model.safetensors"]));
    }

    [Fact]
    public void A_run_of_one_step_says_that_it_warms_up_only()
    {
        using TemporaryFolder folder = new();
        string log = DemoModel.Train(folder["out"], "max_steps=1", "profile=true").Succeeds().Log;
        Assert.Contains("profile: nothing was profiled", log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out/profile"]));
    }

    private static double[] Losses(string output) =>
        [.. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(l => l.TryGetProperty("loss", out _)).Select(l => l.GetProperty("loss").GetDouble())];
}
