using System.Text.Json;

namespace TraceFast.Training.Metrics;

/// <summary>
/// The metrics of one optimizer step; one line of <c>metrics.jsonl</c>. Everything before <c>tokens_per_s</c> is a function of data,
/// configuration and machine alone: two runs of the same configuration agree in it byte by byte. The fields from there on are measured.
/// </summary>
public sealed record StepMetrics
{
    /// <summary>0-based optimizer step.</summary>
    public required int Step { get; init; }

    /// <summary>Epochs done after this step; 1.5 is the middle of the second.</summary>
    public required double Epoch { get; init; }

    /// <summary>The value whose gradient the step used, in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate that this step used.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Global L2 norm of the gradient before clipping.</summary>
    public required double GradNorm { get; init; }

    /// <summary>
    /// Mean over the step's records of beta (policy - reference) for each role; null where the objective has no preference.
    /// </summary>
    public IReadOnlyDictionary<string, double>? Rewards { get; init; }

    /// <summary>Mean over the step's records of the rewards of what is preferred minus those of what is not.</summary>
    public double? Margins { get; init; }

    /// <summary>Share of the step's records with a margin above 0.</summary>
    public double? Accuracies { get; init; }

    /// <summary>a of <c>pref_calibrate</c>; null without it.</summary>
    public double? Calibration { get; init; }

    /// <summary>Of the answers that the step has sampled; null in stages that sample none.</summary>
    public RolloutMetrics? Rollouts { get; init; }

    /// <summary>Tokens that the model read in the step, per second, the sampling of answers not counted.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Records per second; a quad is a record, and a sampled answer.</summary>
    public double QuadsPerSecond { get; init; }

    /// <summary>The largest resident set of the process so far.</summary>
    public double PeakMiB { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("step", Step);
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("loss", Loss);
        json.WriteNumber("lr", LearningRate);
        json.WriteNumber("grad_norm", GradNorm);
        json.WritePropertyName("rewards");
        if (Rewards is null)
            json.WriteNullValue();
        else
        {
            json.WriteStartObject();
            foreach ((string role, double reward) in Rewards)
                json.WriteNumber(role, reward);
            json.WriteEndObject();
        }

        WriteOptional(json, "margins", Margins);
        WriteOptional(json, "accuracies", Accuracies);
        if (Calibration is double calibration)
            json.WriteNumber("calibration", calibration);
        Rollouts?.Write(json);
        WriteOptional(json, "tokens_per_s", Math.Round(TokensPerSecond, 3));
        WriteOptional(json, "quads_per_s", Math.Round(QuadsPerSecond, 4));
        WriteOptional(json, "peak_mib", Math.Round(PeakMiB, 1));
        if (Rollouts is not null)
            json.WriteNumber("sampling_s", Math.Round(Rollouts.SamplingSeconds, 4));
    }

    /// <summary>The scalars for TensorBoard, under the names that transformers and TRL use.</summary>
    internal IEnumerable<(string Tag, double Value)> Scalars()
    {
        yield return ("train/loss", Loss);
        yield return ("train/learning_rate", LearningRate);
        yield return ("train/grad_norm", GradNorm);
        yield return ("train/epoch", Epoch);
        foreach ((string role, double reward) in Rewards ?? new Dictionary<string, double>())
            yield return ("train/rewards/" + role, reward);
        if (Margins is double margins)
            yield return ("train/rewards/margins", margins);
        if (Accuracies is double accuracies)
            yield return ("train/rewards/accuracies", accuracies);
        if (Calibration is double calibration)
            yield return ("train/calibration", calibration);
        foreach ((string Tag, double Value) scalar in Rollouts?.Scalars() ?? [])
            yield return scalar;
        yield return ("train/tokens_per_s", TokensPerSecond);
        yield return ("train/quads_per_s", QuadsPerSecond);
        yield return ("train/peak_mib", PeakMiB);
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}

/// <summary>
/// One micro-batch of an optimizer step; one line of <c>records.jsonl</c>. Every list has one number for each record.
/// </summary>
/// <param name="Step">0-based optimizer step.</param>
/// <param name="Micro">0-based micro-batch in the step.</param>
/// <param name="Records">0-based numbers of its records in the data set.</param>
/// <param name="Policy">Summed log-probabilities in nats by role.</param>
/// <param name="Reference">The same under the reference; null where the objective needs none.</param>
/// <param name="Loss">Mean loss of its records (for the supervised objective per token: of its labels).</param>
public sealed record MicroBatchLog(
    int Step,
    int Micro,
    IReadOnlyList<int> Records,
    IReadOnlyDictionary<string, double[]> Policy,
    IReadOnlyDictionary<string, double[]>? Reference,
    double Loss)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("step", Step);
        json.WriteNumber("micro", Micro);
        json.WriteStartArray("records");
        foreach (int record in Records)
            json.WriteNumberValue(record);
        json.WriteEndArray();
        WriteRoles(json, "policy", Policy);
        WriteRoles(json, "reference", Reference);
        json.WriteNumber("loss", Loss);
    }

    private static void WriteRoles(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, double[]>? roles)
    {
        if (roles is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach ((string role, double[] values) in roles)
        {
            json.WriteStartArray(role);
            foreach (double value in values)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

/// <summary>Memory that this process has used.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// The largest resident set so far in MiB (VmHWM of /proc/self/status); not a number where the system does not report it.
    /// </summary>
    public static double PeakMiB()
    {
        const string Status = "/proc/self/status";
        const string Key = "VmHWM:";
        if (!File.Exists(Status))
            return double.NaN;
        string? line = File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is not null
            && long.TryParse(
                line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long kib)
            ? kib / 1024.0
            : double.NaN;
    }
}
