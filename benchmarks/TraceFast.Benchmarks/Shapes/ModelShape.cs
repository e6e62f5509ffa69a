using TraceFast.Data;
using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Shapes;

/// <summary>
/// Model shapes that benchmarks know without files: config.json of the models on huggingface.co, smallest first (shapes.json).
/// </summary>
public static class ModelShape
{
    private static readonly Lazy<Dictionary<string, string>> s_configurations = new(Read);

    /// <summary>The names that <see cref="Configuration"/> knows, smallest model first.</summary>
    public static IReadOnlyList<string> Names => [.. s_configurations.Value.Keys];

    /// <param name="option">The option that names it, for the message.</param>
    /// <exception cref="InputException">No shape of that name.</exception>
    public static DecoderConfig Configuration(string name, string option = "--shape") =>
        s_configurations.Value.TryGetValue(name, out string? json)
            ? DecoderConfig.Parse(json, name)
            : throw new InputException(
                $"{option}: found '{name}', expected {string.Join(" or ", Names)}"
                + (option == "--shape" ? "; a model folder goes with --model" : ""));

    private static Dictionary<string, string> Read()
    {
        using Stream stream = typeof(ModelShape).Assembly.GetManifestResourceStream("shapes.json")!;
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return JsonConfig.Parse("shapes.json", text).Members().ToDictionary(m => m.Name, m => m.Value.Element.GetRawText());
    }
}
