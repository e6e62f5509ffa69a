using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Constraints;
using TraceFast.Data.Progress;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Inference.Export;
using TraceFast.Kernels;
using TraceFast.Models.Config;
using TraceFast.Models.Files;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Tokenization;
using TraceFast.Training.Loop;

namespace TraceFast.Experiments;

/// <summary>A training run with its answers and scores.</summary>
/// <param name="Folder">Below the output, for example "noisy/iopo/1".</param>
/// <param name="Start">What it starts from; its weights are in its folder.</param>
/// <param name="KeepsWeights">Whether others start from it.</param>
public sealed record Stage(
    string Folder, string What, ScoredRun Start, Method Method, Hyperparameters Hyperparameters, string Quads, int Seed,
    IReadOnlyList<PromptSet> Sets, bool KeepsWeights)
{
    /// <summary>Values that replace those of <see cref="Method.ConfigFile"/>, paths apart.</summary>
    public IReadOnlyList<string> Overrides =>
        [.. Method.Overrides, .. Hyperparameters.Overrides, FormattableString.Invariant($"seed={Seed}")];
}

/// <summary>A trained model and its figures.</summary>
/// <param name="Key">Of all that it follows from.</param>
/// <param name="Folder">Metrics and responses; the weights too, where they were kept.</param>
/// <param name="Trained">What training took; null: it is the base model.</param>
public sealed record ScoredRun(string Key, string Folder, TrainingCost? Trained, Scores Scores)
{
    /// <summary>The folder of its weights.</summary>
    [JsonIgnore]
    public string Model { get; init; } = Folder;

    [JsonIgnore]
    public string Responses => Path.Combine(Folder, StageRunner.ResponsesFile);
}

/// <summary>
/// Trains, decodes and scores, several stages at a time, each in a folder of its own; a stage that is there already, made from the same,
/// is read instead: an interrupted demonstration is resumed.
/// </summary>
public sealed class StageRunner(
    Func<IEnumerable<string>, ProcessStartInfo> program, string model, string output, int stages, IRunLog log, CancellationToken interrupt)
{
    public const string ResponsesFile = "responses.jsonl";
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>Of stages at a time: each takes about 0.5 GiB, and more threads than one make a small model's step little faster.</summary>
    private const int MostAtOnce = 8;

    private const string ResultFile = "result.json", Weights = "model.safetensors";

    private static readonly int s_atOnce = Math.Min(Environment.ProcessorCount, MostAtOnce),
        s_threadsEach = Environment.ProcessorCount / s_atOnce;

    private static readonly string[] s_modelFiles = ["config.json", "tokenizer.json", "tokenizer_config.json", Weights];

    /// <summary>
    /// Builds of everything of ours that a figure follows from, native libraries and ONNX Runtime too; libtorch is the machine's.
    /// </summary>
    private static readonly string[] s_builds =
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "lib*.so*").Order(StringComparer.Ordinal).Select(FileHash.Sha256),
        .. new[] { typeof(StageRunner), typeof(TrainingRun), typeof(DecoderConfig), typeof(OnnxExport), typeof(KernelSet),
            typeof(ConstraintBench), typeof(Constraint), typeof(SynthRun), typeof(Tokenizer), typeof(JsonLines) }
            .Select(t => t.Module.ModuleVersionId.ToString()),
    ];

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lock _progress = new();
    private IProgressReport? _report;
    private int _done, _before;

    /// <summary>Shows over all stages how far <paramref name="work"/> is.</summary>
    public T Track<T>(Func<T> work) => log.Track("demo", "stages", stages, 0, report =>
    {
        _report = report;
        return work();
    });

    /// <summary>The model as it is.</summary>
    public ScoredRun Start(string folder, IReadOnlyList<PromptSet> sets)
    {
        string key = Key([.. s_modelFiles.Select(f => FileHash.Sha256(Path.Combine(model, f))), .. Sets(sets)]);
        return Stage(
            folder, key, "the base model", keepsWeights: false, _ => Task.FromResult<TrainingCost?>(null),
            (_, responses) => AnswerScoring.Run(model, sets, responses, Environment.ProcessorCount, interrupt))
            .GetAwaiter().GetResult() with { Model = model };
    }

    /// <summary>
    /// Trains from a model, answers the sets, scores: every stage of all groups, as many at a time as there are processors.
    /// </summary>
    /// <returns>As <paramref name="groups"/>.</returns>
    public ScoredRun[][] Run(IReadOnlyList<Stage[]> groups)
    {
        Stage[] all = [.. groups.SelectMany(g => g)];
        ScoredRun[] runs = new ScoredRun[all.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = s_atOnce, CancellationToken = interrupt };
        Parallel.ForEachAsync(
            Enumerable.Range(0, all.Length), options, async (n, stop) => runs[n] = await Run(all[n], stop).ConfigureAwait(false))
            .GetAwaiter().GetResult();
        int at = 0;
        return [.. groups.Select(g => runs[at..(at += g.Length)])];
    }

    private Task<ScoredRun> Run(Stage stage, CancellationToken stop)
    {
        string config = Path.Combine(model, Method.ConfigFile);
        string key = Key(
            [stage.Start.Key,
                FileHash.Sha256(config), string.Join(' ', stage.Overrides), FileHash.Sha256(stage.Quads), .. Sets(stage.Sets)]);
        return Stage(
            stage.Folder, key, $"{stage.What}: {stage.Method.Title}, {stage.Hyperparameters}", stage.KeepsWeights,
            async folder =>
                await TrainingProcess.Run(
                    program, config, [.. stage.Overrides, $"dataset={stage.Quads}", $"model_name_or_path={stage.Start.Model}"], folder,
                    output, s_threadsEach, stop).ConfigureAwait(false),
            (folder, responses) => AnswerScoring.Run(folder, stage.Sets, responses, s_threadsEach, stop));
    }

    private async Task<ScoredRun> Stage(
        string name, string key, string what, bool keepsWeights, Func<string, Task<TrainingCost?>> train,
        Func<string, string, Scores> decode)
    {
        interrupt.ThrowIfCancellationRequested();
        string folder = Path.Combine(output, name);
        if (Stored(folder, key, keepsWeights) is { } kept)
        {
            Log(FormattableString.Invariant($"{what}: done before, IF-M {kept.Scores.IfM(true).Value:0.000} in domain"), before: true);
            return kept;
        }

        Clear(folder);
        long began = Stopwatch.GetTimestamp();
        TrainingCost? trained = await train(folder).ConfigureAwait(false);
        Scores scores = decode(folder, Path.Combine(folder, ResponsesFile));
        if (!keepsWeights)
            foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors"))
                File.Delete(file);
        ScoredRun fit = new(key, folder, trained, scores);
        AtomicFile.Write(Path.Combine(folder, ResultFile), JsonSerializer.SerializeToUtf8Bytes(fit, s_json));
        Log(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, IF-M {scores.IfM(true).Value:0.000} in "
                + $"domain{OutOfDomain(scores)}"));
        return fit;
    }

    /// <summary>A line for each stage that is done.</summary>
    /// <param name="before">It was there already, which says nothing about the rate.</param>
    private void Log(string text, bool before = false)
    {
        lock (_progress)
        {
            _before += before ? 1 : 0;
            _report?.Correct(stages, _before);
            log.Line($"[{++_done}/{stages}] {text}");
            _report?.Report(_done);
        }
    }

    /// <summary>
    /// Makes the folder empty. An existing folder is renamed first: a training that outlived a killed demonstration finds its folder gone
    /// and ends, instead of writing into the new one.
    /// </summary>
    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            new AtomicFolder().Delete(folder);
        Directory.CreateDirectory(folder);
    }

    /// <summary>What a stage left, where it is whole and was made from the same; else it is done again.</summary>
    private static ScoredRun? Stored(string folder, string key, bool keepsWeights)
    {
        string result = Path.Combine(folder, ResultFile);
        string[] needed = [
            result, Path.Combine(folder, ResponsesFile), .. keepsWeights ? [Path.Combine(folder, Weights)] : Array.Empty<string>()];
        if (!needed.All(File.Exists))
            return null;
        try
        {
            return JsonSerializer.Deserialize<ScoredRun>(File.ReadAllBytes(result), s_json) is { } kept && kept.Key == key
                && (kept.Trained is null || File.Exists(Path.Combine(folder, MetricsFile)))
                ? kept with { Folder = folder, Model = folder } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string OutOfDomain(Scores scores) =>
        scores.Sets.Any(s => !s.InDomain) ? FormattableString.Invariant($", {scores.IfM(false).Value:0.000} out of it") : "";

    private static IEnumerable<string> Sets(IReadOnlyList<PromptSet> sets) =>
        sets.SelectMany(
            s => s.Prompts.Select(p => $"{p.Prompt}\n{string.Join('\n', p.Constraints.Select(c => c.Constraint))}").Prepend(s.Name));

    private static string Key(IEnumerable<string> parts) =>
        HashBuilder.HexOf(string.Join('\n', s_builds.Concat(parts)));
}
