using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceFast.EndToEnd.Commands;

/// <summary><c>max_memory</c>: what is planned is what the process takes.</summary>
public sealed partial class TrainMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="recomputed">Layers, of 30: fewest and most.</param>
    [Theory]
    [InlineData("8GiB", 0, 0, "")]
    [InlineData("700MiB", 10, 29, "")]
    [InlineData("1GiB", 1, 30, "compute_dtype=float32 stage=sft")]
    [InlineData("2.5GiB", 0, 30, "finetuning_type=full optim=adamw_8bit learning_rate=1e-5")]
    public void The_process_takes_what_was_planned(string limit, int fewest, int most, string settings)
    {
        string log = Train("run", $"max_memory={limit}", settings).Succeeds().Log;
        Match planned = Planned().Match(log), taken = Taken().Match(log);
        Assert.True(planned.Success && taken.Success, log);
        Assert.InRange(Number(planned, "recomputed"), fewest, most);
        Assert.InRange(Number(taken, "planned") / Number(taken, "taken"), 0.85, 1.15);
        Assert.DoesNotContain("this is more than max_memory", log, StringComparison.Ordinal);
    }

    /// <summary>The budget is the checkpoint's after a resume with another limit; recomputing changes no bit.</summary>
    [Fact]
    public void A_run_goes_on_with_less_memory_to_the_same_bytes()
    {
        string[] settings = ["save_strategy=steps", "save_steps=1"];
        Train("whole", ["max_memory=8GiB", .. settings]).Succeeds();
        Train("resumed", ["max_memory=8GiB", .. settings]).Succeeds();
        Directory.Delete(_folder["resumed/checkpoint-2"], recursive: true);
        File.Delete(_folder["resumed/adapter_model.safetensors"]);
        string log = Train("resumed", ["max_memory=700MiB", .. settings, "--resume"]).Succeeds().Log;
        Assert.Contains("1 of 2 steps are done", log, StringComparison.Ordinal);
        Assert.Contains("token_budget 4096", log, StringComparison.Ordinal);
        Assert.NotEqual(0, Number(Planned().Match(log), "recomputed"));
        Assert.Equal(
            File.ReadAllBytes(_folder["whole/adapter_model.safetensors"]), File.ReadAllBytes(_folder["resumed/adapter_model.safetensors"]));
    }

    [Theory]
    [InlineData("max_memory=300MiB", "max_memory is 0.29 GiB, and the run needs at least 0.[0-9]+ GiB: .* with 30 of 30 layers recomputed")]
    [InlineData("max_memory=700MiB gradient_checkpointing=false", "with 0 of 30 layers recomputed .*leave gradient_checkpointing out")]
    [InlineData("max_memory=16", "max_memory holds '16'; expected a size such as 16GiB, in one of MB, GB, TB, MiB, GiB, TiB")]
    public void What_does_not_fit_is_refused(string settings, string message)
    {
        CommandResult result = Train("run", settings);
        Assert.Equal(2, result.Code);
        Assert.Matches(message, result.Log);
        Assert.False(Directory.Exists(_folder["run/checkpoint-1"]));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A process of its own, whose memory is the run's.</summary>
    private CommandResult Train(string output, params string[] settings) => CommandHarness.Launch(
        [
            "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={SmolLm2.Folder}", $"dataset={DemoModel.Quads}",
            "max_samples=16", "max_steps=2", "threads=2", "compute_dtype=bfloat16", "plot_loss=false", "report_margins=false",
            "warmup_ratio=0", $"output_dir={_folder[output]}",
            .. settings.SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ],
        [], TimeSpan.FromMinutes(5));

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"memory: .* planned of max_memory .*, (?<recomputed>\d+) of 30 layers recomputed")]
    private static partial Regex Planned();

    [GeneratedRegex(@"memory: the process took (?<taken>[\d.]+) GiB at most, (?<planned>[\d.]+) GiB were planned")]
    private static partial Regex Taken();
}
