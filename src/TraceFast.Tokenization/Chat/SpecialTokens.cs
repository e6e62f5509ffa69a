using System.Text.Json;
using System.Text.Unicode;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// The named tokens of a model folder (bos, eos, ...) as transformers reads them: tokenizer_config.json; special_tokens_map.json
/// where that file is of the old kind, without added_tokens_decoder; the ids of config.json where neither file is there.
/// </summary>
internal sealed class SpecialTokens
{
    private static readonly string[] Names =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);

    private SpecialTokens()
    {
    }

    public string? Bos => _tokens.GetValueOrDefault("bos_token");

    public string? Eos => _tokens.GetValueOrDefault("eos_token");

    /// <summary>By name, as chat templates see them.</summary>
    public IReadOnlyDictionary<string, string> ByName => _tokens;

    public IReadOnlyList<string> Additional { get; private set; } = [];

    /// <summary>The eos ids of generation_config.json, else of config.json.</summary>
    public IReadOnlyList<int> ModelEosIds { get; private set; } = [];

    public static SpecialTokens Read(string folder, Tokenizer tokenizer)
    {
        var tokens = new SpecialTokens();
        JsonValue? config = ReadJson(folder, "tokenizer_config.json");
        JsonValue? map = ReadJson(folder, "special_tokens_map.json");
        if (config is { } c)
            tokens.Take(c);
        if (map is { } m && config?.Optional("added_tokens_decoder") is null)
            tokens.Take(m);
        JsonValue? model = ReadJson(folder, "config.json");
        JsonValue? generation = ReadJson(folder, "generation_config.json");
        tokens.ModelEosIds = generation?.Optional("eos_token_id") is { } g ? Ids(g) : model?.Optional("eos_token_id") is { } e ? Ids(e) : [];
        if (config is null && map is null && model is { } configJson)
        {
            foreach (string name in new[] { "bos_token", "eos_token" })
                if (configJson.Optional(name + "_id") is { } id && Ids(id) is [int first, ..] && tokenizer.IdToToken(first) is { } token)
                    tokens._tokens[name] = token;
        }
        return tokens;
    }

    /// <summary>A JSON file of the folder, or null where it is absent.</summary>
    public static JsonValue? ReadJson(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            byte[] bytes = ReadBounded(path);
            if (!Utf8.IsValid(bytes))
                throw new InputException($"{path}: found bytes that are no valid UTF-8, expected JSON");
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            return new JsonValue(path, "$", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{e.LineNumber + 1}: found no valid JSON ({e.Message})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The bytes of a configuration or template file; real ones have some kilobytes.</summary>
    public static byte[] ReadBounded(string path)
    {
        const int most = 16 << 20;
        long length = new FileInfo(path).Length;
        return length <= most ? File.ReadAllBytes(path) : throw new InputException($"{path}: found {length} bytes, expected at most {most}");
    }

    private static IReadOnlyList<int> Ids(JsonValue value) =>
        value.IsArray ? [.. value.Items().Select(i => i.AsNonNegative())] : [value.AsNonNegative()];

    private void Take(JsonValue file)
    {
        foreach (string name in Names)
            if (file.Optional(name) is { } token)
                _tokens[name] = Content(token);
        if (file.Optional("additional_special_tokens") is { } additional)
            Additional = [.. additional.Items().Select(Content)];
    }

    // "<s>" or {"content": "<s>", ...}
    private static string Content(JsonValue token) => token.IsObject ? token.Text("content") : token.AsText();
}
