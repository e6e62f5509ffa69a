using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Constraints;
using TraceFast.Inference.Export;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Tokenization;
using TraceFast.Training;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Cli.Demo;

/// <summary>A trained model and its figures.</summary>
/// <param name="Key">Of all that it follows from.</param>
/// <param name="Folder">Metrics and responses; the weights too, where they were kept.</param>
/// <param name="Seconds">Of training.</param>
/// <param name="Scores">On the sets that were asked for.</param>
internal sealed record DemoFit(string Key, string Folder, double Seconds, DemoScores Scores)
{
    /// <summary>The folder of its weights.</summary>
    [JsonIgnore]
    public string Model { get; init; } = Folder;

    [JsonIgnore]
    public bool IsTrained => Seconds > 0;

    [JsonIgnore]
    public string Responses => Path.Combine(Folder, DemoFits.ResponsesFile);
}

/// <summary>Trains, decodes and scores, each stage in a folder of its own; a stage that is there already, made from the same, is read instead: an interrupted demonstration goes on where it was.</summary>
internal sealed class DemoFits(string model, string output, IRunLog log, CancellationToken interrupt)
{
    public const string ResponsesFile = "responses.jsonl";
    public const string MetricsFile = "metrics.jsonl";

    private const string ResultFile = "result.json", Weights = "model.safetensors", LogFile = "train.log";

    private static readonly string[] s_modelFiles = ["config.json", "tokenizer.json", "tokenizer_config.json", Weights];

    /// <summary>Builds of everything that a figure follows from.</summary>
    private static readonly string[] s_builds =
    [
        .. new[] { typeof(DemoFits), typeof(TrainingRun), typeof(DecoderConfig), typeof(OnnxExport), typeof(KernelSet), typeof(ConstraintBench), typeof(Constraint), typeof(Tokenizer), typeof(JsonLines) }
            .Select(t => t.Module.ModuleVersionId.ToString()),
    ];

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private int _stage;

    /// <summary>How many stages there will be, for the progress lines.</summary>
    public int Stages { get; set; }

    /// <summary>The model as it is.</summary>
    public DemoFit Start(string stage, IReadOnlyList<DemoSet> sets)
    {
        string key = Key([.. s_modelFiles.Select(f => FileHash.Sha256(Path.Combine(model, f))), .. Sets(sets)]);
        return Stage(stage, key, "the base model", keepsWeights: false, _ => 0, (_, responses) => DemoDecoding.Run(model, null, sets, responses, interrupt)) with { Model = model };
    }

    /// <summary>Trains from a model, answers the sets, scores.</summary>
    /// <param name="stage">Folder below the output, for example "noisy/iopo/1".</param>
    /// <param name="what">For the progress line.</param>
    /// <param name="start">What it starts from; its weights are in its folder.</param>
    /// <param name="method">How.</param>
    /// <param name="choice">With which settings.</param>
    /// <param name="quads">The file of quads.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="sets">What to answer.</param>
    /// <param name="keepsWeights">Whether others start from it.</param>
    public DemoFit Run(string stage, string what, DemoFit start, DemoMethod method, DemoChoice choice, string quads, int seed, IReadOnlyList<DemoSet> sets, bool keepsWeights)
    {
        string settings = Path.Combine(model, DemoMethod.Settings);
        string[] overrides = [.. method.Overrides, .. choice.Overrides, $"seed={seed}"];
        string key = Key([start.Key, FileHash.Sha256(settings), string.Join(' ', overrides), FileHash.Sha256(quads), .. Sets(sets)]);
        return Stage(stage, key, $"{what}: {method.Title}, {choice}", keepsWeights, folder => Train(folder, start, settings, [.. overrides, $"dataset={quads}"]), (folder, responses) =>
            DemoDecoding.Run(folder, null, sets, responses, interrupt));
    }

    private DemoFit Stage(string stage, string key, string what, bool keepsWeights, Func<string, double> train, Func<string, string, DemoScores> decode)
    {
        interrupt.ThrowIfCancellationRequested();
        string folder = Path.Combine(output, stage), result = Path.Combine(folder, ResultFile);
        string label = Stages > 0 ? $"[{++_stage}/{Stages}] {what}" : what;
        if (Kept(folder, key, keepsWeights) is { } kept)
        {
            log.Line(FormattableString.Invariant($"{label}: done before, IF-M {kept.Scores.IfM(true).Value:0.000} in domain"));
            return kept;
        }

        Directory.CreateDirectory(folder);
        File.Delete(result);
        long began = Stopwatch.GetTimestamp();
        double trained = train(folder);
        DemoScores scores = decode(folder, Path.Combine(folder, ResponsesFile));
        if (!keepsWeights)
            foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors"))
                File.Delete(file);
        DemoFit fit = new(key, folder, trained, scores);
        AtomicFile.Write(result, JsonSerializer.SerializeToUtf8Bytes(fit, s_json));
        log.Line(FormattableString.Invariant($"{label}: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, IF-M {scores.IfM(true).Value:0.000} in domain{OutOfDomain(scores)}"));
        return fit;
    }

    /// <summary>What a stage left, where it is whole and was made from the same; else it is done again.</summary>
    private static DemoFit? Kept(string folder, string key, bool keepsWeights)
    {
        string result = Path.Combine(folder, ResultFile);
        string[] needed = [result, Path.Combine(folder, ResponsesFile), .. keepsWeights ? [Path.Combine(folder, Weights)] : Array.Empty<string>()];
        if (!needed.All(File.Exists))
            return null;
        try
        {
            return JsonSerializer.Deserialize<DemoFit>(File.ReadAllBytes(result), s_json) is { } kept && kept.Key == key && (!kept.IsTrained || File.Exists(Path.Combine(folder, MetricsFile)))
                ? kept with { Folder = folder, Model = folder } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string OutOfDomain(DemoScores scores) => scores.Sets.Any(s => !s.InDomain) ? FormattableString.Invariant($", {scores.IfM(false).Value:0.000} out of it") : "";

    private double Train(string folder, DemoFit start, string settings, IEnumerable<string> overrides)
    {
        using StreamWriter said = new(Path.Combine(folder, LogFile));
        RunConfiguration configuration = RunConfiguration.Load(settings, [.. overrides, $"model_name_or_path={start.Model}", $"output_dir={folder}", "overwrite_output_dir=true"]);
        long began = Stopwatch.GetTimestamp();
        TrainingOutcome outcome = TrainingRun.Execute(configuration, new TrainingServices { Log = new StageLog(log, said), ReferenceCacheFolder = Path.Combine(output, "reference"), ReportsMargins = false }, interrupt);
        if (outcome.End == TrainingEnd.Interrupted)
            throw new OperationCanceledException(interrupt);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static IEnumerable<string> Sets(IReadOnlyList<DemoSet> sets) =>
        sets.SelectMany(s => s.Prompts.Select(p => $"{p.Prompt}\n{string.Join('\n', p.Constraints.Select(c => c.Constraint))}").Prepend(s.Name));

    private static string Key(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', s_builds.Concat(parts)))));

    /// <summary>Passes on how far a stage has come; what it says goes to a file beside its metrics, for a stage has one line.</summary>
    private sealed class StageLog(IRunLog log, TextWriter said) : IRunLog
    {
        public void Line(string text) => said.WriteLine(text);

        public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work) => log.Track(what, unit, total, done, work);
    }
}
