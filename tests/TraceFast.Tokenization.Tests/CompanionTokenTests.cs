using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceFast.Data;

namespace TraceFast.Tokenization.Tests;

/// <summary>Tokens that stand in the files beside a tokenizer.json, or stand there with other flags, as transformers reads them.</summary>
public sealed class CompanionTokenTests
{
    private static readonly string[] s_flags = ["single_word", "lstrip", "rstrip", "normalized", "special"];

    /// <summary>Tokens of tokenizer_config.json alone are those that the library has with the same tokens in tokenizer.json.</summary>
    [Fact]
    public void Tokens_of_added_tokens_decoder_are_cut_out_as_if_they_stood_in_tokenizer_json()
    {
        Random random = new(3);
        for (int round = 0; round < 25; round++)
        {
            JsonObject json = Lowercasing(), whole = Lowercasing();
            int next = Next(json);
            JsonObject decoder = new();
            string[] contents = [
                .. new[] { "<|think|>", "<|tool|>", "zz", "Qq", " pad", "<|end|>x" }.OrderBy(_ => random.Next()).Take(1 + random.Next(6))];
            foreach (string content in contents)
            {
                JsonObject token = SmallTokenizer.Added(next, content);
                foreach (string flag in s_flags)
                    token[flag] = random.Next(2) == 0;
                whole["added_tokens"]!.AsArray().Add(token.DeepClone());
                token.Remove("id");
                decoder[next++.ToString(CultureInfo.InvariantCulture)] = token;
            }
            Compare(json, whole, new JsonObject { ["added_tokens_decoder"] = decoder }, contents, round);
        }
    }

    /// <summary>Where both files have a token, the flags of tokenizer_config.json hold.</summary>
    [Fact]
    public void Flags_of_added_tokens_decoder_replace_those_of_tokenizer_json()
    {
        Random random = new(4);
        for (int round = 0; round < 25; round++)
        {
            JsonObject json = Lowercasing(), whole = Lowercasing();
            JsonObject decoder = new();
            foreach (JsonNode? token in whole["added_tokens"]!.AsArray())
            {
                foreach (string flag in s_flags[..3])
                    token![flag] = random.Next(2) == 0;
                JsonObject entry = token!.DeepClone().AsObject();
                entry.Remove("id");
                decoder[token["id"]!.ToJsonString()] = entry;
            }
            Compare(json, whole, new JsonObject { ["added_tokens_decoder"] = decoder }, ["<|start|>", "<|end|>", "[tool]"], round);
        }
    }

    /// <summary>The library looks for a special token in the form that it first had; only how a match is treated changes.</summary>
    [Fact]
    public void A_special_token_is_looked_for_as_tokenizer_json_says()
    {
        JsonObject json = Lowercasing();
        json["added_tokens"]![1]!["content"] = "<|END|>";
        using TemporaryFolder folder = new();
        folder.Write("tokenizer.json", json.Json());
        folder.Write(
            "tokenizer_config.json", """{"added_tokens_decoder": {"266": {"content": "<|END|>", "normalized": true, "special": true}}}""");
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal([266], tokenizer.Encode("<|END|>"));
        Assert.NotEqual([266], tokenizer.Encode("<|end|>"));
    }

    [Theory]
    // Named tokens: in the vocabulary, but no added tokens so far.
    [InlineData("""{"bos_token": "the"}""", null, null, "athe", "97 257", true)]
    [InlineData(
        """{"bos_token": {"content": "the", "lstrip": true, "rstrip": false, "single_word": false, "normalized": true}}""", null, null,
        "a the", "97 257", true)]
    [InlineData("""{"additional_special_tokens": ["<new>"]}""", null, null, "a<new>", "97 268", true)]
    [InlineData(
        """{"pad_token": "<pad>", "additional_special_tokens": ["<new>", {"content": "<other>", "rstrip": true}]}""", null, null,
        "<pad><new><other> a", "268 269 270 97", true)]
    [InlineData("""{"extra_special_tokens": {"image_token": "<img>"}}""", null, null, "<img>", "268", true)]
    [InlineData("""{"extra_special_tokens": ["<img>"]}""", null, null, "<img>", "268", true)]
    // Folders of the old kind.
    [InlineData("{}", """{"<old>": 268}""", null, "<old>", "268", false)]
    [InlineData("{}", """{"<old>": 268}""", """{"additional_special_tokens": ["<old>"]}""", "<old>", "268", true)]
    [InlineData(
        """{"additional_special_tokens": ["<a>"]}""", null, """{"additional_special_tokens": ["<b>", "<a>"]}""", "<a><b>", "268 269", true)]
    [InlineData("{}", null, """{"pad_token": {"content": "<pad>", "lstrip": true}}""", "a <pad>", "97 268", true)]
    // special_tokens_map.json does not count beside added_tokens_decoder.
    [InlineData("""{"added_tokens_decoder": {}}""", null, """{"pad_token": "<a"}""", "<a", "60 97", null)]
    // A token that both files call no special one becomes special by its name.
    [InlineData(
        """{"added_tokens_decoder": {"267": {"content": "[tool]", "normalized": false}}, "eos_token": "[tool]"}""", null, null, "[tool]",
        "267", true)]
    [InlineData("""{"added_tokens_decoder": {"267": {"content": "[tool]", "normalized": false}}}""", null, null, "[tool]", "267", false)]
    public void Named_and_old_tokens_count(string config, string? addedTokens, string? map, string text, string ids, bool? lastIsSpecial)
    {
        using TemporaryFolder folder = new();
        folder.Write("tokenizer.json", SmallTokenizer.ByteLevel().Json());
        folder.Write("tokenizer_config.json", config);
        if (addedTokens is not null)
            folder.Write("added_tokens.json", addedTokens);
        if (map is not null)
            folder.Write("special_tokens_map.json", map);
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        int[] found = tokenizer.Encode(text);
        Assert.Equal(ids, string.Join(' ', found));
        if (lastIsSpecial is { } special)
            Assert.Equal(special, tokenizer.SpecialIds.Contains(found.Max()));
    }

    [Theory]
    [InlineData("""{"eos_token": "<|none|>"}""", "tokenizer_config.json: 'eos_token': found \"<|none|>\"", "a token of the vocabulary")]
    [InlineData(
        """{"bos_token": "<|none|>", "eos_token": {"content": "<|none|>"}}""", "tokenizer_config.json: 'eos_token': found \"<|none|>\"",
        "a token of the vocabulary")]
    [InlineData(
        """{"added_tokens_decoder": {"300": {"content": "<x>"}}}""", "'added_tokens_decoder.300': found \"<x>\" with id 300", "id 268")]
    [InlineData(
        """{"added_tokens_decoder": {"97": {"content": "<x>"}}}""", "\"<x>\" with id 97 (which is \"a\" in tokenizer.json)", "id 268")]
    [InlineData("""{"added_tokens_decoder": {"268": {"content": "<|end|>", "special": true}}}""", "\"<|end|>\" with id 268", "id 266")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "<x>"}}}""", "the key \"x\"", "a token id")]
    [InlineData("""{"added_tokens_decoder": {"268": {"special": true}}}""", "'added_tokens_decoder.268.content': missing", "expected")]
    [InlineData("""{"added_tokens_decoder": {"268": {"content": "<x>", "special": 1}}}""", "found 1", "true or false")]
    [InlineData("""{"additional_special_tokens": "<x>"}""", "additional_special_tokens", "an array")]
    public void What_cannot_be_is_an_error_with_file_and_place(string config, string found, string expected)
    {
        using TemporaryFolder folder = new();
        folder.Write("tokenizer.json", SmallTokenizer.ByteLevel().Json());
        folder.Write("tokenizer_config.json", config);
        string message = Assert.Throws<InputException>(() => Tokenizer.Load(folder.Path)).Message;
        Assert.Contains(found, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_changes_only_with_the_tokens()
    {
        string Hash(string? config)
        {
            using TemporaryFolder folder = new();
            folder.Write("tokenizer.json", SmallTokenizer.ByteLevel().Json());
            if (config is not null)
                folder.Write("tokenizer_config.json", config);
            return Tokenizer.Load(folder.Path).ContentHash;
        }
        string alone = Hash(null);
        Assert.Equal(alone, Hash("""{"eos_token": "<|end|>", "added_tokens_decoder": {"266": {"content": "<|end|>", "special": true}}}"""));
        string added = Hash("""{"added_tokens_decoder": {"268": {"content": "<x>"}}}""");
        Assert.NotEqual(alone, added);
        Assert.NotEqual(added, Hash("""{"added_tokens_decoder": {"268": {"content": "<x>", "lstrip": true}}}"""));
    }

    [Fact]
    public void Tokens_that_a_public_model_has_in_tokenizer_config_alone_are_one_id_each()
    {
        string folder = Oracles.Require("bugs", "46-added-tokens-decoder-only");
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(folder, "m"));
        JsonElement[] cases = [.. File.ReadLines(Path.Combine(folder, "expected.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.NotEmpty(cases);
        foreach (JsonElement c in cases)
        {
            int[] ids = [.. c.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
            Assert.Equal(ids, tokenizer.Encode(c.GetProperty("text").GetString()!));
            Assert.Equal(c.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }
    }

    /// <summary>Letters are put in lower case, so that it shows which tokens are looked for in normalized text.</summary>
    private static JsonObject Lowercasing()
    {
        JsonObject json = SmallTokenizer.ByteLevel();
        json["normalizer"] = SmallTokenizer.Type("Lowercase");
        return json;
    }

    private static int Next(JsonObject json) => json["added_tokens"]!.AsArray().Max(t => (int)t!["id"]!) + 1;

    private static void Compare(JsonObject json, JsonObject whole, JsonObject config, string[] contents, int seed)
    {
        using TemporaryFolder folder = new();
        folder.Write("own/tokenizer.json", json.Json());
        folder.Write("own/tokenizer_config.json", config.Json());
        using RustLibrary library = new(folder.Write("whole/tokenizer.json", whole.Json()));
        Tokenizer own = Tokenizer.Load(folder["own"]);
        RandomText texts = new(seed, contents);
        List<string> wrong = library.Differences(own, Enumerable.Range(0, 300).Select(_ => texts.Next(6)));
        wrong.AddRange(library.DecodingDifferences(own, Enumerable.Range(0, 50).Select(_ => texts.Ids(10, own.VocabularySize))));
        Assert.True(wrong.Count == 0, $"{config.Json()}: {wrong.Count} differences:\n{string.Join('\n', wrong.Take(5))}");
    }
}
