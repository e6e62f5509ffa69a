#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceFast.Tokenization.Tests;

/// <summary>Small tokenizer.json files, made in code.</summary>
internal static class SmallTokenizer
{
    private static readonly JsonSerializerOptions s_plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };

    /// <summary>A byte-level tokenizer with all 256 bytes, some merges, and every kind of component somewhere.</summary>
    public static JsonObject ByteLevel()
    {
        JsonObject vocabulary = new();
        for (int b = 0; b < 256; b++)
            vocabulary[Symbol(b)] = b;
        JsonArray merges = new();
        foreach ((string left, string right) in
            new[] { ("t", "h"), ("th", "e"), ("Ġ", "the"), ("a", "b"), ("ab", "c"), ("Ġ", "Ġ"), ("ä", "½"), ("ä½", "ł"), ("'", "s") })
        {
            merges.Add(new JsonArray(left, right));
            vocabulary[left + right] = vocabulary.Count;
        }
        int next = vocabulary.Count;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(
                Added(next, "<|start|>"), Added(next + 1, "<|end|>"), Added(next + 2, "[tool]", special: false)),
            ["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(Type("NFC")) },
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject
                        {
                            ["Regex"] = @"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
                        },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true,
                        ["use_regex"] = false }),
            },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = JsonNode.Parse(
                    """[{"SpecialToken": {"id": "<|start|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]"""),
                ["pair"] = new JsonArray(),
                ["special_tokens"] = new JsonObject
                {
                    ["<|start|>"] = new JsonObject { ["id"] = "<|start|>", ["ids"] = new JsonArray(next),
                        ["tokens"] = new JsonArray("<|start|>") },
                },
            },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true,
                ["use_regex"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false, ["vocab"] = vocabulary, ["merges"] = merges,
            },
        };
    }

    public static JsonObject Type(string name) => new() { ["type"] = name };

    public static JsonObject Added(int id, string content, bool special = true) => new()
    {
        ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
        ["special"] = special,
    };

    public static string Json(this JsonNode node) => node.ToJsonString(s_plain);

    public static Tokenizer Load(JsonNode json)
    {
        using TemporaryFolder folder = new();
        return Tokenizer.Load(folder.Write("tokenizer.json", json.Json()));
    }

    private static string Symbol(int b)
    {
        Span<char> symbol = stackalloc char[1];
        int printable = Enumerable.Range(0, b).Count(IsShifted);
        symbol[0] = IsShifted(b) ? (char)(0x100 + printable) : (char)b;
        return symbol.ToString();
    }

    private static bool IsShifted(int b) => b is not ((>= 33 and <= 126) or (>= 161 and <= 172) or >= 174);
}
