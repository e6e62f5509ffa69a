using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Data.Json;
using TraceFast.Training.Configuration;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Checkpoints;

/// <summary>A checkpoint is damaged, or belongs to another run than the one that would resume from it.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : InputException(message, inner!);

/// <summary>The best evaluation so far: after how many steps, and the value of the metric that is compared.</summary>
public sealed record BestEvaluation(int Step, double Value);

/// <summary>
/// What a checkpoint holds besides weights and optimizer states; <c>trainer_state.json</c> in its folder, written last.
/// The place in the data and in the schedule follows from <see cref="Step"/>: order and rates are functions of the step.
/// </summary>
public sealed record CheckpointState
{
    public const string FileName = "trainer_state.json";
    public const int CurrentFormat = 2;

    /// <summary>The same but for the name of <see cref="ConfigFingerprint"/> and of some keys in it.</summary>
    private const int FormerFormat = 1;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    [JsonRequired]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Optimizer steps done.</summary>
    [JsonRequired]
    public int Step { get; init; }

    /// <summary>Steps in the whole run.</summary>
    [JsonRequired]
    public int TotalSteps { get; init; }

    /// <summary>The local time at which the run began: a chat template may print the date, and a resumed run keeps the first.</summary>
    [JsonRequired]
    public DateTime Started { get; init; }

    /// <summary>What must be the same for a resumed run: configuration keys, content hashes of model, starting adapter and data.</summary>
    public SortedDictionary<string, string> ConfigFingerprint { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What format 1 calls <see cref="ConfigFingerprint"/>; null in what this version writes and returns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, string>? Identity { get; init; }

    /// <summary>What the bits depend on besides: processor, threads, versions. Resuming elsewhere is allowed and logged.</summary>
    [JsonRequired]
    public SortedDictionary<string, string> Environment { get; init; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The keys of the reference log-probs that the run started with, by what they are of; empty where the objective needs none.
    /// </summary>
    [JsonRequired]
    public SortedDictionary<string, string> ReferenceKeys { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Layers that max_memory has chosen to compute again, which changes no bit; null: it has chosen none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RecomputedLayers { get; init; }

    /// <summary>The averages of <c>pref_calibrate</c>; null without it, or before they have a value.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CalibrationState? Calibration { get; init; }

    /// <summary>
    /// State of the dropout generator in checkpoints of earlier versions. Masks are a function of the step now; null in what is written.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? DropoutGenerator { get; init; }

    /// <summary>Lengths of the appended files (metrics, records, events), by path relative to the output folder.</summary>
    [JsonRequired]
    public SortedDictionary<string, long> AppendedFiles { get; init; } = new(StringComparer.Ordinal);

    public BestEvaluation? Best { get; init; }

    /// <summary>Evaluations in a row that did not improve on <see cref="Best"/>; early stopping counts them.</summary>
    public int EvaluationsWithoutImprovement { get; init; }

    /// <summary>Steps done at the last evaluation.</summary>
    public int EvaluatedSteps { get; init; }

    /// <summary>SHA-256 of every other file in the folder, by relative path.</summary>
    [JsonRequired]
    public SortedDictionary<string, string> Files { get; init; } = new(StringComparer.Ordinal);

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_json) + "\n");

    /// <exception cref="CheckpointException">The file is missing, not such JSON, or of another format.</exception>
    public static CheckpointState Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            CheckpointState state = JsonSerializer.Deserialize<CheckpointState>(File.ReadAllText(path), s_json)
                ?? throw new CheckpointException($"{path}: expected an object, found null");
            if (state.Format is not (CurrentFormat or FormerFormat))
                throw new CheckpointException(
                    $"{path}: format {state.Format}, this version reads formats {FormerFormat} and {CurrentFormat}; resume with the "
                        + "version that wrote it");
            if (state.Identity is { } former)
                state = state with { ConfigFingerprint = WithPresentNames(former), Identity = null };
            // Checkpoints from before this key are of runs that packed micro-batches together.
            state.ConfigFingerprint.TryAdd("gradient_reduction", "fast");
            // Whether activations are recomputed does not change a number.
            state.ConfigFingerprint.Remove("gradient_checkpointing");
            state.ConfigFingerprint.Remove("disable_gradient_checkpointing");
            return state.ConfigFingerprint.Count > 1
                ? state
                : throw new CheckpointException(
                    $"{path}: config_fingerprint is missing; expected the settings that the run was started with");
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path}: line {e.LineNumber + 1}: not the state of a checkpoint: {JsonErrors.Describe(e)}", e);
        }
        catch (IOException e)
        {
            throw new CheckpointException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Throws if the run to resume differs from the one that wrote this state; names every difference.</summary>
    /// <exception cref="CheckpointException">A value of <see cref="ConfigFingerprint"/> differs.</exception>
    public void RequireSame(IReadOnlyDictionary<string, string> fingerprint, string checkpoint)
    {
        string[] differences = [.. Differences(ConfigFingerprint, fingerprint)];
        if (differences.Length > 0)
            throw new CheckpointException(
                $"{checkpoint} belongs to another run: {string.Join("; ", differences)}. "
                + "Restore these to resume, or start over with overwrite_output_dir: true or another output_dir.");
    }

    /// <summary>How the machine differs from the one that wrote this state; empty where it does not.</summary>
    public IReadOnlyList<string> OtherEnvironment(IReadOnlyDictionary<string, string> environment) =>
        [.. Differences(Environment, environment)];

    /// <summary>The same values where keys that are aliases today have the names of their keys.</summary>
    private static SortedDictionary<string, string> WithPresentNames(SortedDictionary<string, string> former) =>
        new(former.ToDictionary(f => ConfigurationKeys.Find(f.Key)?.AliasOf ?? f.Key, f => f.Value), StringComparer.Ordinal);

    /// <summary>
    /// How settings differ from those that were stored, in words. What was stored before there was a key ran with its default; null is as no
    /// value.
    /// </summary>
    public static IEnumerable<string> Differences(SortedDictionary<string, string> stored, IReadOnlyDictionary<string, string> now) =>
        stored.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(k => (Key: k, Then: stored.GetValueOrDefault(k) ?? RunConfiguration.DefaultOf(k), Now: now.GetValueOrDefault(k)))
            .Where(v => Meaning(v.Key, v.Then) != Meaning(v.Key, v.Now))
            .Select(v => $"{v.Key} was {Said(v.Then)}, now {Said(v.Now)}");

    /// <summary>LoRA+ at once the rate is no LoRA+.</summary>
    private static string? Meaning(string key, string? value) =>
        value is "null" || (key, value) is ("loraplus_lr_ratio", "1") ? null : value;

    private static string Said(string? value) => value is null or "null" ? "unset" : value;
}
