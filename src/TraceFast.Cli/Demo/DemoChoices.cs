using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Data;

namespace TraceFast.Cli.Demo;

/// <summary>The settings of each method in each regime, as <c>demo --full</c> chose them on its validation split: data/chosen.json in the model's folder.</summary>
/// <param name="Model">SHA-256 of the weights for which they were chosen.</param>
/// <param name="Regimes">By regime and method.</param>
internal sealed record DemoChoices(string Model, SortedDictionary<string, SortedDictionary<string, DemoChoice>> Regimes)
{
    public const string FileName = "data/chosen.json";

    /// <summary>In the output folder of <c>demo --full</c>.</summary>
    public const string OwnFile = "chosen.json";

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

    public static DemoChoices None(string model) => new(model, new(StringComparer.Ordinal));

    /// <exception cref="InputException">The file is absent or damaged.</exception>
    public static DemoChoices Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DemoChoices>(File.ReadAllBytes(path), s_json) ?? throw new JsonException("it holds null");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new InputException(
                $"{path}: {(e is JsonException ? JsonFault.Describe(e) : e.Message)}; expected the settings that demo --full writes, {{\"model\": SHA-256, \"regimes\": {{\"noisy\": {{\"iopo\": {{\"learning_rate\": 0.0001, \"beta\": 0.1}}}}}}}}", e);
        }
    }

    /// <exception cref="InputException">Nothing was chosen for it, or what was chosen has no b.</exception>
    public DemoChoice Of(string regime, string name, DemoMethod method)
    {
        DemoChoice choice = Regimes.GetValueOrDefault(regime)?.GetValueOrDefault(name)
            ?? throw new InputException($"{FileName} holds no settings for {regime}/{name}; run demo --full, which chooses them");
        return choice.Beta.HasValue == method.HasBeta && choice.LearningRate > 0 ? choice
            : throw new InputException($"{FileName}: {regime}/{name}: found {choice}, expected a learning rate above 0 {(method.HasBeta ? "and a b" : "and no b")}; run demo --full, which chooses them");
    }

    public void Set(string regime, string name, DemoChoice choice)
    {
        if (!Regimes.TryGetValue(regime, out SortedDictionary<string, DemoChoice>? methods))
            Regimes[regime] = methods = new(StringComparer.Ordinal);
        methods[name] = choice;
    }

    /// <summary>Replaces the file.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, s_json));
    }
}
