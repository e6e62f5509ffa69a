using System.Text.Json;
using System.Text.Unicode;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.AddedTokens;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// A tokenizer.json, its syntax checked and cut into sections; the two large ones (vocabulary and merges) are read
/// straight from the bytes, without a document tree.
/// </summary>
internal sealed class TokenizerFile
{
    // The library's own limit is 128 levels; real files use about ten.
    private const int MaximumDepth = 64;

    /// <summary>The files that a tokenizer is read from, the preferred one first.</summary>
    public static readonly IReadOnlyList<string> FileNames = ["tokenizer.json", "tokenizer.model"];

    private static readonly string[] s_sectionsThatSetIds = ["added_tokens", "model", "normalizer", "post_processor", "pre_tokenizer"];

    private readonly byte[] _bytes;
    private readonly Dictionary<string, Range> _sections = [];
    private readonly Dictionary<string, Range> _model = [];

    private TokenizerFile(string path, byte[] bytes)
    {
        Path = path;
        _bytes = bytes;
    }

    public string Path { get; }

    /// <summary>Whether the files beside it have their say: not those of a tokenizer.model, which are in what was made of it.</summary>
    public bool HasCompanions { get; private init; }

    public bool HasModel => _sections.ContainsKey("model");

    /// <summary>Reads a tokenizer.json or a SentencePiece tokenizer.model, or the one in a folder; of both the former.</summary>
    /// <exception cref="InputException">It is absent or cannot be read, or it is not what its name says.</exception>
    public static TokenizerFile Read(string folderOrFile)
    {
        string path = !Directory.Exists(folderOrFile) ? folderOrFile
            : Find(folderOrFile) ?? System.IO.Path.Combine(folderOrFile, FileNames[0]);
        byte[] bytes;
        try
        {
            bytes = InputFile.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(
                $"{path}: the tokenizer cannot be read ({e.Message}); expected a Hugging Face tokenizer.json, a SentencePiece "
                + "tokenizer.model, or a folder that holds one", e);
        }
        return path.EndsWith(".model", StringComparison.Ordinal)
            ? SentencePieceFile.Convert(path, bytes) : Parse(path, bytes, hasCompanions: true);
    }

    /// <summary>The tokenizer's file in a folder, or null where there is none.</summary>
    public static string? Find(string folder) =>
        FileNames.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists);

    /// <summary>Takes the bytes of a tokenizer.json apart.</summary>
    /// <param name="path">The file that messages name.</param>
    /// <param name="json">Its content.</param>
    /// <param name="hasCompanions">See <see cref="HasCompanions"/>.</param>
    /// <exception cref="InputException">It is not a JSON object in UTF-8.</exception>
    public static TokenizerFile Parse(string path, byte[] json, bool hasCompanions = false)
    {
        TokenizerFile file = new(path, json) { HasCompanions = hasCompanions };
        file.FindSections();
        return file;
    }

    /// <summary>SHA-256 over the sections that determine which ids a text gets (not the decoder, not truncation or padding).</summary>
    /// <param name="beside">Tokens that other files add or change.</param>
    public string ContentHash(IReadOnlyList<AddedToken> beside)
    {
        using HashBuilder hash = new();
        foreach (string name in s_sectionsThatSetIds)
        {
            ReadOnlySpan<byte> section = _sections.TryGetValue(name, out Range range) ? _bytes.AsSpan(range) : "null"u8;
            hash.Add($"{name}:{section.Length}:").Add(section);
        }
        foreach (AddedToken token in beside)
            hash.Add($"beside:{token}:");
        return hash.ToHex();
    }

    /// <summary>A section of the file (never the model), or null where it is absent or null.</summary>
    public JsonConfig? Section(string name) => Parse(_sections, name, "");

    /// <summary>A member of the model other than vocabulary and merges, or null where it is absent or null.</summary>
    public JsonConfig? ModelSetting(string name) => Parse(_model, name, "model.");

    /// <summary>The bytes of a member of the model.</summary>
    /// <exception cref="InputException">It is absent.</exception>
    public ReadOnlySpan<byte> ModelBytes(string name) => _model.TryGetValue(name, out Range range)
        ? _bytes.AsSpan(range)
        : throw Error("model", $"no \"{name}\"", $"a model with a \"{name}\"");

    public bool ModelHas(string name) => _model.ContainsKey(name);

    public InputException Error(string path, string found, string expected) =>
        new($"{Path}: {(path.Length > 0 ? $"'{path}': " : "")}found {found}, expected {expected}");

    private JsonConfig? Parse(Dictionary<string, Range> from, string name, string prefix) =>
        from.TryGetValue(name, out Range range)
            && JsonConfig.ParsePart(Path, prefix + name, _bytes.AsMemory(range)) is { Element.ValueKind: not JsonValueKind.Null } value
            ? value : null;

    private void FindSections()
    {
        if (!Utf8.IsValid(_bytes))
            throw new InputException($"{Path}: found bytes that are no valid UTF-8, expected a Hugging Face tokenizer.json");
        try
        {
            Utf8JsonReader reader = new(_bytes, new JsonReaderOptions { MaxDepth = MaximumDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw Error("", "no object", "a JSON object");
            ReadMembers(ref reader, _sections, "");
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{Path}:{e.LineNumber + 1}: found no valid JSON "
                    + $"(byte {e.BytePositionInLine} of the line: {JsonErrors.Describe(e)}), expected a Hugging Face tokenizer.json", e);
        }
    }

    private void ReadMembers(ref Utf8JsonReader reader, Dictionary<string, Range> members, string path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = VocabularyReader.Token(ref reader, this, path.Length > 0 ? path : "top level");
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (path.Length == 0 && name == "model" && reader.TokenType == JsonTokenType.StartObject)
                ReadMembers(ref reader, _model, "model");
            else
                reader.Skip();
            if (!members.TryAdd(name, start..(int)reader.BytesConsumed))
                throw Error(path, $"\"{name}\" twice", "each member once");
        }
    }
}
