#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json;
using TraceFast.Training.Metrics;

namespace TraceFast.Training.Tests.Metrics;

public sealed class RunFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-run-").FullName;

    private static StepMetrics Metrics(int step, double speed = 1) => new()
    {
        Step = step,
        Epoch = 0.5,
        Loss = 0.7 - step,
        LearningRate = 1e-4,
        GradNorm = 2,
        Rewards = new Dictionary<string, double> { ["x1y1"] = 0.1, ["x1y2"] = -0.2 },
        Margins = 0.3,
        Accuracies = 1,
        TokensPerSecond = speed,
        QuadsPerSecond = double.NaN,
    };

    private static MicroBatchLog Micro(int step) =>
        new(step, 1, [4, 5], new Dictionary<string, double[]> { ["x1y1"] = [-1, -2] }, null, 0.5);

    [Fact]
    public void A_resumed_run_leaves_no_step_twice_and_none_out()
    {
        SortedDictionary<string, long> lengths;
        using (RunFiles files = RunFiles.Open(_folder, logRecords: true, tensorBoard: true, eventFolder: null, lengths: null))
        {
            files.Add(Metrics(0), [Micro(0)]);
            files.AddEvaluation(1, 0.5, new Dictionary<string, double> { ["eval_loss"] = 0.5 });
            lengths = files.Sync();
            files.Add(Metrics(1), [Micro(1)]);
            files.AddEvaluation(2, 1, new Dictionary<string, double> { ["eval_loss"] = 0.4 });
        }

        using (RunFiles files = RunFiles.Open(_folder, logRecords: true, tensorBoard: true, eventFolder: null, lengths))
        {
            files.Add(Metrics(1, speed: 9), [Micro(1)]);
            files.Add(Metrics(2), [Micro(2)]);
        }

        Assert.Equal([0, 1, 2], Steps(RunFiles.MetricsFile));
        Assert.Equal([0, 1, 2], Steps(RunFiles.RecordsFile));
        Assert.Single(File.ReadAllLines(Path.Combine(_folder, RunFiles.EvaluationsFile)));
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "runs")));
    }

    [Fact]
    public void A_new_run_drops_what_stood_there()
    {
        for (int run = 0; run < 2; run++)
            using (RunFiles files = RunFiles.Open(_folder, logRecords: run == 0, tensorBoard: true, eventFolder: null, lengths: null))
                files.Add(Metrics(7), [Micro(7)]);
        Assert.Equal([7], Steps(RunFiles.MetricsFile));
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "runs")));
        Assert.False(File.Exists(Path.Combine(_folder, RunFiles.RecordsFile)));
    }

    [Fact]
    public void Lines_have_the_documented_members_in_order()
    {
        using (RunFiles files = RunFiles.Open(_folder, logRecords: true, tensorBoard: false, eventFolder: null, lengths: null))
            files.Add(Metrics(0), [Micro(0)]);
        string line = File.ReadAllText(Path.Combine(_folder, RunFiles.MetricsFile));
        Assert.StartsWith(
            "{\"step\":0,\"epoch\":0.5,\"loss\":0.7,\"lr\":0.0001,\"grad_norm\":2,\"rewards\":{\"x1y1\":0.1,\"x1y2\":-0.2},\"margins\":0.3,\"accuracies\":1,\"tokens_per_s\":1,\"quads_per_s\":null,\"peak_mib\":",
            line, StringComparison.Ordinal);
        Assert.Equal(
            "{\"step\":0,\"micro\":1,\"records\":[4,5],\"policy\":{\"x1y1\":[-1,-2]},\"reference\":null,\"loss\":0.5}\n",
            File.ReadAllText(Path.Combine(_folder, RunFiles.RecordsFile)));
    }

    [Fact]
    public void The_plot_shows_every_step_and_evaluation()
    {
        using (RunFiles files = RunFiles.Open(_folder, logRecords: false, tensorBoard: false, eventFolder: null, lengths: null))
        {
            files.Add(Metrics(0), []);
            files.Add(Metrics(1), []);
            files.AddEvaluation(1, 0.5, new Dictionary<string, double> { ["eval_loss"] = 0.25 });
        }

        string page = File.ReadAllText(TrainingPlot.Write(_folder, "a run", _ => { }));
        Assert.Contains("\"names\":[\"loss\",\"smoothed\",\"evaluation\"],\"data\":[[0,1],[0.7,-0.3", page, StringComparison.Ordinal);
        Assert.Contains("[null,0.25]", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_something_else_wrote_is_told_and_left_out_of_the_plot()
    {
        using (RunFiles files = RunFiles.Open(_folder, logRecords: false, tensorBoard: false, eventFolder: null, lengths: null))
            for (int step = 0; step < 3; step++)
                files.Add(Metrics(step), []);
        string path = Path.Combine(_folder, RunFiles.MetricsFile);
        string[] lines = File.ReadAllLines(path);
        File.WriteAllText(path, $"{lines[0]}\n{lines[1][..30]}\n{lines[2]}\n");
        List<string> said = [];
        string page = File.ReadAllText(TrainingPlot.Write(_folder, "a run", said.Add));
        Assert.Contains($"{path}:2: not a line of JSON", Assert.Single(said), StringComparison.Ordinal);
        Assert.Contains("[[0,2],", page, StringComparison.Ordinal);
    }

    // LLaMA-Factory's smooth([1, 2, 4]): weight 1.8 * (sigmoid(0.15) - 0.5) = 0.06737387...
    [Fact]
    public void Smoothing_is_that_of_llama_factory()
    {
        double weight = 0.06737372161874929;
        double second = weight + (1 - weight) * 2;
        double[] expected = [1, second, weight * second + (1 - weight) * 4];
        Assert.Equal(expected, TrainingPlot.Smooth([1, 2, 4]), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_peak_of_this_process_is_plausible() => Assert.InRange(ProcessMemory.PeakMiB(), 10, 1e6);

    private IEnumerable<int> Steps(string file) =>
        File.ReadAllLines(Path.Combine(_folder, file)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32());

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
