using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TraceFast.Data.Json;

namespace TraceFast.Experiments;

/// <summary>
/// The hyperparameters of each method in each setting, as <c>demo --full</c> selected them on its validation split: data/chosen.json in the
/// model's folder.
/// </summary>
/// <param name="Model">SHA-256 of the weights for which they were selected.</param>
public sealed record SelectedHyperparameters(string Model, SortedDictionary<string, SortedDictionary<string, Hyperparameters>> Settings)
{
    public const string FileName = "data/chosen.json";

    /// <summary>In the output folder of <c>demo --full</c>.</summary>
    public const string OwnFile = "chosen.json";

    /// <summary>What "settings" was called.</summary>
    private const string FormerName = "regimes";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static SelectedHyperparameters None(string model) => new(model, new(StringComparer.Ordinal));

    /// <exception cref="InputException">The file is absent or damaged.</exception>
    public static SelectedHyperparameters Read(string path)
    {
        try
        {
            JsonNode? json = JsonNode.Parse(File.ReadAllBytes(path));
            if (json is JsonObject all && all.Remove(FormerName, out JsonNode? settings))
                all["settings"] = settings;
            return json.Deserialize<SelectedHyperparameters>(s_json) ?? throw new JsonException("it holds null");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new InputException(
                $"{path}: {(e is JsonException ? JsonErrors.Describe(e) : e.Message)}; expected what demo --full writes, {{\"model\": "
                    + $"SHA-256, \"settings\": {{\"noisy\": {{\"iopo\": {{\"learning_rate\": 0.0001, \"beta\": 0.1}}}}}}}}", e);
        }
    }

    /// <exception cref="InputException">Nothing was selected for it, or what was selected has no b.</exception>
    public Hyperparameters Of(string setting, string name, Method method)
    {
        Hyperparameters hyperparameters = Settings.GetValueOrDefault(setting)?.GetValueOrDefault(name)
            ?? throw new InputException($"{FileName} holds no hyperparameters for {setting}/{name}; run demo --full, which selects them");
        return hyperparameters.Beta.HasValue == method.HasBeta && hyperparameters.LearningRate > 0 ? hyperparameters
            : throw new InputException(
                $"{FileName}: {setting}/{name}: found {hyperparameters}, expected a learning rate "
                    + $"above 0 {(method.HasBeta ? "and a b" : "and no b")}; run demo --full, which selects them");
    }

    public void Set(string setting, string name, Hyperparameters hyperparameters)
    {
        if (!Settings.TryGetValue(setting, out SortedDictionary<string, Hyperparameters>? methods))
            Settings[setting] = methods = new(StringComparer.Ordinal);
        methods[name] = hyperparameters;
    }

    /// <summary>Replaces the file.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, s_json));
    }
}
