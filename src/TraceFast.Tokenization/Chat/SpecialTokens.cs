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

    private bool _hasFiles;

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
        SpecialTokens tokens = ReadNames(folder);
        JsonValue? model = JsonFile.Read(folder, "config.json");
        JsonValue? generation = JsonFile.Read(folder, "generation_config.json");
        tokens.ModelEosIds = generation?.Optional("eos_token_id") is { } g ? Ids(g) : model?.Optional("eos_token_id") is { } e ? Ids(e) : [];
        if (!tokens._hasFiles && model is { } configJson)
        {
            foreach (string name in new[] { "bos_token", "eos_token" })
                if (configJson.Optional(name + "_id") is { } id && Ids(id) is [int first, ..] && tokenizer.IdToToken(first) is { } token)
                    tokens._tokens[name] = token;
        }
        return tokens;
    }

    /// <summary>What the files name, without the ids of config.json.</summary>
    public static SpecialTokens ReadNames(string folder)
    {
        var tokens = new SpecialTokens();
        JsonValue? config = JsonFile.Read(folder, "tokenizer_config.json");
        JsonValue? map = JsonFile.Read(folder, "special_tokens_map.json");
        if (config is { } c)
            tokens.Take(c);
        if (map is { } m && config?.Optional("added_tokens_decoder") is null)
            tokens.Take(m);
        tokens._hasFiles = config is not null || map is not null;
        return tokens;
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
