using System.Globalization;
using System.Text.Json;
using TraceFast.Data.Progress;
using TraceFast.Models.Files;
using TraceFast.Training.Configuration;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Loop;
using TraceFast.Training.Rollouts;

namespace TraceFast.Training.Tests.Loop;

/// <summary>A run through the program's own entry, in a folder of its own that is removed afterwards.</summary>
internal sealed class TrainedRun : IDisposable
{
    private readonly StringWriter _log = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("tracefast-run-").FullName;

    public string Output => Path.Combine(Folder, "out");

    public string Log => _log.ToString();

    public TrainingOutcome? Outcome { get; private set; }

    /// <summary>Makes evaluations besides the loss.</summary>
    public Func<EvaluatedModel, IReadOnlyList<IEvaluation>>? Evaluations { get; init; }

    /// <summary>Samples answers in stage grpo.</summary>
    public Func<SampledModel, IRollouts>? Rollouts { get; init; }

    /// <summary>Writes one JSON object per line into the run's folder.</summary>
    public string WriteData(string name, IEnumerable<object> records)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllLines(path, records.Select(r => JsonSerializer.Serialize(r)));
        return path;
    }

    /// <summary>A PEFT folder made of files that lie elsewhere.</summary>
    public string WriteAdapter(string configuration, string weights)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "adapter")).FullName;
        File.Copy(configuration, Path.Combine(folder, "adapter_config.json"));
        File.Copy(weights, Path.Combine(folder, "adapter_model.safetensors"));
        return folder;
    }

    /// <summary>Trains with output_dir in the run's folder and nothing shared with other runs.</summary>
    public TrainedRun Train(params (string Key, object Value)[] settings) => Train(settings, null, CancellationToken.None);

    public TrainedRun Train((string Key, object Value)[] settings, Action<string>? beforeFileSystemStep, CancellationToken cancellation)
    {
        Dictionary<string, object> all = new() { ["output_dir"] = Output, ["threads"] = 2, ["report_to"] = "none" };
        foreach ((string key, object value) in settings)
            all[key] = value;
        RunConfiguration configuration = RunConfiguration.Parse(string.Concat(all.Select(s => $"{s.Key}: {Text(s.Value)}\n")));
        Outcome = TrainingRun.Execute(
            configuration,
            new TrainingServices { Log = new PlainRunLog(_log, TimeSpan.Zero), ReferenceCacheFolder = null, Evaluations = Evaluations,
                Rollouts = Rollouts,
                BeforeFileSystemStep = beforeFileSystemStep },
            cancellation);
        return this;
    }

    public JsonElement[] Lines(string file) =>
        [.. File.ReadLines(Path.Combine(Output, file)).Select(l => JsonDocument.Parse(l).RootElement)];

    public JsonElement[] Metrics => Lines("metrics.jsonl");

    /// <summary>metrics.jsonl without the measured fields.</summary>
    public string DeterministicMetrics =>
        string.Join(
            '\n', File.ReadLines(Path.Combine(Output, "metrics.jsonl"))
                .Select(l => l[..l.IndexOf(",\"tokens_per_s\"", StringComparison.Ordinal)]));

    public Dictionary<string, float[]> Weights(string file = "adapter_model.safetensors") => ReadTensors(Path.Combine(Output, file));

    public static Dictionary<string, float[]> ReadTensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, float[]> tensors = [];
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            tensors[tensor.Name] = file.Load(tensor.Name).to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();
        }

        return tensors;
    }

    /// <summary>All absolute differences of equally named tensors, ascending.</summary>
    public static double[] Differences(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        return [.. expected.SelectMany(e => e.Value.Zip(actual[e.Key], (a, b) => Math.Abs((double)a - b))).Order()];
    }

    public static double Quantile(double[] ascending, double share) =>
        ascending[(int)Math.Min(ascending.Length - 1, Math.Ceiling(share * ascending.Length) - 1)];

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Text(object value) => value switch
    {
        bool b => b ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
