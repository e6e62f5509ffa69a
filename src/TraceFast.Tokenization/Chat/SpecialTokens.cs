using TraceFast.Data.Json;
using TraceFast.Tokenization.AddedTokens;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Chat;

/// <summary>
/// The named tokens of a model folder (bos, eos, ...) as transformers reads them: tokenizer_config.json; special_tokens_map.json
/// where that file is of the old kind, without added_tokens_decoder; the ids of config.json where neither file is there.
/// </summary>
internal sealed class SpecialTokens
{
    private static readonly string[] s_names =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NamedToken> _named = new(StringComparer.Ordinal);
    private readonly List<NamedToken> _additional = [];
    private readonly List<NamedToken> _extra = [];

    private bool _hasFiles;

    private SpecialTokens()
    {
    }

    public string? Bos => _tokens.GetValueOrDefault("bos_token");

    public string? Eos => _tokens.GetValueOrDefault("eos_token");

    /// <summary>By name, as chat templates see them.</summary>
    public IReadOnlyDictionary<string, string> ByName => _tokens;

    public IReadOnlyList<string> Additional => [.. _additional.Select(t => t.Content)];

    /// <summary>Each token once, in transformers' order: the named ones, additional_special_tokens, extra_special_tokens.</summary>
    public IReadOnlyList<NamedToken> All =>
        [.. s_names.Select(_named.GetValueOrDefault).OfType<NamedToken>().Concat(_additional).Concat(_extra)
            .DistinctBy(t => t.Content, StringComparer.Ordinal)];

    /// <summary>eos_token, and where it is.</summary>
    public NamedToken? EosToken => _named.GetValueOrDefault("eos_token");

    /// <summary>The eos ids of generation_config.json, else of config.json.</summary>
    public IReadOnlyList<int> ModelEosIds { get; private set; } = [];

    public static SpecialTokens Read(string folder, Tokenizer tokenizer)
    {
        SpecialTokens tokens = ReadNames(folder);
        JsonConfig? model = JsonConfig.ReadIfPresent(folder, "config.json");
        JsonConfig? generation = JsonConfig.ReadIfPresent(folder, "generation_config.json");
        tokens.ModelEosIds = generation?.Optional("eos_token_id") is { } g
            ? Ids(g) : model?.Optional("eos_token_id") is { } e ? Ids(e) : [];
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
        SpecialTokens tokens = new();
        JsonConfig? config = JsonConfig.ReadIfPresent(folder, "tokenizer_config.json");
        JsonConfig? map = JsonConfig.ReadIfPresent(folder, "special_tokens_map.json");
        if (config is { } c)
            tokens.Take(c, special: null);
        if (map is { } m && config?.Optional("added_tokens_decoder") is null)
            tokens.Take(m, special: true);
        tokens._hasFiles = config is not null || map is not null;
        return tokens;
    }

    private static IReadOnlyList<int> Ids(JsonConfig value) =>
        value.IsArray ? [.. value.Items().Select(i => i.AsInteger())] : [value.AsInteger()];

    /// <param name="file">The file's top level.</param>
    /// <param name="special">Whether all tokens of the file are special, whatever their entries say; null: as they say.</param>
    private void Take(JsonConfig file, bool? special)
    {
        foreach (string name in s_names)
            if (file.Optional(name) is { } token)
                _tokens[name] = (_named[name] = Named(name, token, special)).Content;
        foreach (JsonConfig item in file.Optional("additional_special_tokens")?.Items() ?? [])
            if (Named("additional_special_tokens", item, special, isListed: true) is var token
                && !_additional.Exists(a => a.Content == token.Content))
                _additional.Add(token);
        // By name in transformers 4, a list in 5.
        if (file.Optional("extra_special_tokens") is { IsArray: true } list)
            _extra.AddRange(list.Items().Select(t => Named("extra_special_tokens", t, special, isListed: true)));
        else if (file.Optional("extra_special_tokens") is { } extra)
            foreach (string name in extra.Members().Select(m => m.Name))
                if (extra.Optional(name) is { } value && Named(name, value, special, isListed: true) is var token)
                {
                    _extra.Add(token);
                    _tokens[name] = token.Content;
                }
    }

    // "<s>" or {"content": "<s>", ...}
    private static NamedToken Named(string name, JsonConfig token, bool? special, bool isListed = false) => token.IsObject
        ? Named(name, AddedToken.ReadCompanion(token, 0, special), isListed, token)
        : new NamedToken(name, token.AsText(), null, isListed, token);

    private static NamedToken Named(string name, AddedToken flags, bool isListed, JsonConfig place) =>
        new(name, flags.Content, flags, isListed, place);
}

/// <summary>A token as a file names it.</summary>
/// <param name="Name">The key, such as eos_token.</param>
/// <param name="Content">Its text.</param>
/// <param name="Flags">Where it is written with its flags; its id says nothing.</param>
/// <param name="IsListed">One of several under its key, whose flags are its own.</param>
/// <param name="Place">Where it is.</param>
internal sealed record NamedToken(string Name, string Content, AddedToken? Flags, bool IsListed, JsonConfig Place);
