using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TraceFast.Data;

namespace TraceFast.Tokenization.Tests;

/// <summary>Unigram models, against the library itself.</summary>
public class UnigramTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_models_give_the_librarys_ids_and_texts(int seed)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("tokenizer.json", RandomModel(seed).Json());
        Tokenizer own = Tokenizer.Load(path);
        using RustLibrary library = new(path);
        RandomText texts = new(seed, ["<s>", "[tool]", "<unk>", "abcab", "☃☃", "a你", "<0x41>"]);
        Assert.Empty(library.Differences(own, Enumerable.Range(0, 400).Select(_ => texts.Next())).Take(5));
        Assert.Empty(library.DecodingDifferences(own, Enumerable.Range(0, 200).Select(_ => texts.Ids(15, own.VocabularySize))).Take(5));
    }

    [Fact]
    public void Runs_of_one_letter_have_the_librarys_ids()
    {
        // Many ways to write a run have the same sum of scores: the order of additions and their precision decide.
        using TemporaryFolder folder = new();
        (string, double)[] tokens = [
            ("-", -4.7), ("--", -6.13), ("---", -7.6), ("-----", -7.9), ("--------", -9.21), ("a", -3), ("aa", -6.1)];
        string path = folder.Write("tokenizer.json", Model(tokens, bytes: false).Json());
        Tokenizer own = Tokenizer.Load(path);
        using RustLibrary library = new(path);
        Assert.Empty(library.Differences(own, Enumerable.Range(0, 400).SelectMany(n => new[] { new string('-', n), new string('a', n) })));
    }

    [Fact]
    public void Without_an_unknown_token_an_unknown_character_is_an_error()
    {
        JsonObject json = Model([("a", -1)], bytes: false);
        json["model"]!["unk_id"] = null;
        Tokenizer own = SmallTokenizer.Load(json);
        Assert.Equal([3], own.Encode("a"));
        Assert.Contains("unk_id", Assert.Throws<InputException>(() => own.Encode("x")).Message, StringComparison.Ordinal);
    }

    private static JsonObject RandomModel(int seed)
    {
        Random random = new(seed);
        string[] letters = [.. "abcde▁éthé你𝐀 -0".EnumerateRunes().Select(r => r.ToString()).Distinct()];
        Dictionary<string, double> vocabulary = new(StringComparer.Ordinal);
        foreach (string letter in letters.Where(_ => random.Next(8) > 0))
            vocabulary[letter] = Score();
        for (int i = 0; i < 250; i++)
            vocabulary[string.Concat(Enumerable.Range(0, random.Next(2, 6)).Select(_ => letters[random.Next(letters.Length)]))] = Score();
        foreach (string word in new[] { "the", "▁the", "▁cat", "--", "----", "--------", "==", "▁▁", "don", "'t", "世界" })
            vocabulary[word] = Score();
        JsonObject json = Model(vocabulary.Select(t => (t.Key, t.Value)), bytes: random.Next(3) > 0, gap: random.Next(4) == 0);
        int next = json["model"]!["vocab"]!.AsArray().Count;
        json["added_tokens"] = new JsonArray(
            SmallTokenizer.Added(0, "<unk>"), SmallTokenizer.Added(1, "<s>"), SmallTokenizer.Added(2, "</s>"),
            SmallTokenizer.Added(next, "[tool]", special: false));
        if (random.Next(4) > 0)
        {
            JsonObject metaspace = new()
            {
                ["type"] = "Metaspace", ["replacement"] = "▁",
                ["prepend_scheme"] = new[] { "first", "never", "always" }[random.Next(3)], ["split"] = random.Next(2) == 0,
            };
            json["pre_tokenizer"] = metaspace;
            json["decoder"] = random.Next(2) == 0 ? metaspace.DeepClone() : JsonNode.Parse("""
                {"type": "Sequence", "decoders": [
                  {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}
                """);
        }
        return json;

        double Score() => random.Next(2) == 0 ? -random.Next(2, 9) : -Math.Round(2 + 8 * random.NextDouble(), 3);
    }

    /// <summary>A Unigram model with an unknown token, &lt;s&gt; and &lt;/s&gt;, and bytes if asked for (all, or without one).</summary>
    internal static JsonObject Model(IEnumerable<(string Token, double Score)> tokens, bool bytes, bool gap = false)
    {
        JsonArray vocabulary = new(new JsonArray("<unk>", 0), new JsonArray("<s>", 0), new JsonArray("</s>", 0));
        if (bytes)
            for (int b = 0; b < 256; b++)
                if (!gap || b != 0xE2)
                    vocabulary.Add(new JsonArray(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"), -12.5));
        foreach ((string token, double score) in tokens)
            vocabulary.Add(new JsonArray(token, score));
        return new JsonObject
        {
            ["version"] = "1.0", ["added_tokens"] = new JsonArray(), ["normalizer"] = null, ["pre_tokenizer"] = null,
            ["post_processor"] = null, ["decoder"] = null,
            ["model"] = new JsonObject { ["type"] = "Unigram", ["unk_id"] = 0, ["byte_fallback"] = bytes, ["vocab"] = vocabulary },
        };
    }
}
