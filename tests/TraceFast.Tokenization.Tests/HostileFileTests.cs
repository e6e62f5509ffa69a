using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using TraceFast.Data;

namespace TraceFast.Tokenization.Tests;

/// <summary>
/// tokenizer.json files that are truncated, damaged or malicious: each is still valid and works, or gives an
/// <see cref="InputException"/> that names the file; no other exception, no hang, no large allocation.
/// </summary>
public class HostileFileTests(ITestOutputHelper output)
{
    private const string Text = "The cat's 世界 <|end|> [tool]\r\n  e\u0301 𝐀 12345";

    // What loading a small file and encoding a line may take: fixed tables and the compiler's own, not the file's numbers.
    private const long MostBytes = 32 << 20;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_files_work_or_give_a_typed_error(int seed)
    {
        Random random = new(seed);
        byte[] whole = Encoding.UTF8.GetBytes(SmallTokenizer.ByteLevel().Json());
        int errors = 0;
        for (int i = 0; i < 60; i++)
        {
            byte[] bytes = [.. whole];
            switch (random.Next(4))
            {
                case 0:
                    bytes = bytes[..random.Next(bytes.Length)];
                    break;
                case 1:
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    int at = random.Next(bytes.Length);
                    bytes = [.. bytes[..at], .. bytes[random.Next(at, bytes.Length)..]];
                    break;
                default:
                    bytes[random.Next(bytes.Length)] = (byte)"\"{}[],:0-9.\\\0"[random.Next(13)];
                    break;
            }
            errors += Try(bytes) ? 0 : 1;
        }
        output.WriteLine($"{errors} errors in 60 files");
        Assert.True(errors > 10);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Hostile_values_work_or_give_a_typed_error(int seed)
    {
        Random random = new(1000 + seed);
        int errors = 0;
        for (int i = 0; i < 60; i++)
        {
            JsonObject json = SmallTokenizer.ByteLevel();
            for (int change = random.Next(3); change >= 0; change--)
                Change(json, random);
            errors += Try(Encoding.UTF8.GetBytes(json.Json())) ? 0 : 1;
        }
        output.WriteLine($"{errors} errors in 60 files");
        Assert.True(errors > 10);
    }

    public static TheoryData<string, string> Crafted => new()
    {
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"a": 4294967296}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"a": 1.5}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"a": 1, "b": 1}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"a": 1, "a": 2}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": {"\ud800": 1}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "BPE", "vocab": [["a", -1.5]], "merges": []}}""" },
        { "model.merges[1]", """{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": ["a a", "a b"]}}""" },
        { "model.merges[0]", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}""" },
        { "model.merges[0]", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a  a"]}}""" },
        { "model.merges[0]", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}}""" },
        { "model.merges[0]", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "a", "a"]]}}""" },
        { "model.merges[0]", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [7]}}""" },
        { "model.merges[0]",
            """{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "continuing_subword_prefix": "##", "merges": ["a a"]}}""" },
        { "model", """{"model": {"type": "BPE", "merges": []}}""" },
        { "model", """{"model": {"type": "BPE", "vocab": {}}}""" },
        { "model", """{"model": null}""" },
        { ": found no \"model\"", "{}" },
        { ": found", "[]" },
        { "JSON", "" },
        { "JSON", "{\"model\": {}} x" },
        { "JSON", "{\"model\": " + new string('[', 100_000) },
        { "\"model\" twice", """{"model": {}, "model": {}}""" },
        { "version", """{"version": "2.0", "model": {"vocab": {}, "merges": []}}""" },
        { "pre_tokenizer.delimiter",
            """{"pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "ab"}, "model": {"vocab": {}, "merges": []}}""" },
        { "model.vocab", """{"model": {"type": "Unigram", "vocab": {"a": -1.0}}}""" },
        { "model.vocab[1]", """{"model": {"type": "Unigram", "vocab": [["a", -1.0], ["a", -2.0]]}}""" },
        { "model.vocab[0]", """{"model": {"type": "Unigram", "vocab": [["a", 1e999]]}}""" },
        { "model.vocab[0]", """{"model": {"type": "Unigram", "vocab": [["a"]]}}""" },
        { "model.vocab[0]", """{"model": {"type": "Unigram", "vocab": [["a", -1.0, 0]]}}""" },
        { "model.vocab[0]", """{"model": {"type": "Unigram", "vocab": [["\ud800", -1.0]]}}""" },
        { "model.vocab[0]",
            """{"model": {"type": "Unigram", "vocab": [["LONG", -1.0]]}}""".Replace(
                "LONG", new string('a', 300), StringComparison.Ordinal) },
        { "model", """{"model": {"type": "Unigram"}}""" },
        { "model.unk_id", """{"model": {"type": "Unigram", "unk_id": 1, "vocab": [["a", -1.0]]}}""" },
        { "WordPiece", """{"model": {"type": "WordPiece", "vocab": {}}}""" },
        { "WordLevel", """{"model": {"type": "WordLevel", "vocab": {}}}""" },
        { "dropout", """{"model": {"type": "BPE", "dropout": 0.1, "vocab": {}, "merges": []}}""" },
        { "added_tokens[0]",
            """{"added_tokens": [{"id": 7, "content": "x", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,"""
                + """ "special": true}], "model": {"vocab": {}, "merges": []}}""" },
        { "added_tokens[0].id",
            """{"added_tokens": [{"id": -7, "content": "x", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,"""
                + """ "special": true}], "model": {"vocab": {}, "merges": []}}""" },
        { "added_tokens[0]", """{"added_tokens": [{"id": 0, "content": "x"}], "model": {"vocab": {}, "merges": []}}""" },
        { "normalizer.type",
            """{"normalizer": {"type": "Precompiled", "precompiled_charsmap": ""}, "model": {"vocab": {}, "merges": []}}""" },
        { "normalizer.normalizers[0].type",
            """{"normalizer": {"type": "Sequence", "normalizers": [{"type": "Nmt"}]}, "model": {"vocab": {}, "merges": []}}""" },
        { "pre_tokenizer.type", """{"pre_tokenizer": {"type": "UnicodeScripts"}, "model": {"vocab": {}, "merges": []}}""" },
        { "pre_tokenizer.pattern",
            """{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": false}, "model": """
                + """{"vocab": {}, "merges": []}}""" },
        { "pre_tokenizer.pattern",
            """{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a)\\1"}, "behavior": "Isolated", "invert": false}, "model": """
                + """{"vocab": {}, "merges": []}}""" },
        { "pre_tokenizer.behavior",
            """{"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "3", "invert": false}, "model": {"vocab": {},"""
                + """ "merges": []}}""" },
        { "pre_tokenizer",
            """{"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": false, "prepend_scheme": "first"},"""
                + """ "model": {"vocab": {}, "merges": []}}""" },
        { "post_processor",
            """{"post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}], "special_tokens": """
                + """{}}, "model": {"vocab": {}, "merges": []}}""" },
        { "post_processor",
            """{"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "B", "type_id": 0}}],"""
                + """ "special_tokens": {}}, "model": {"vocab": {}, "merges": []}}""" },
        { "decoder.type", """{"decoder": {"type": "CTC"}, "model": {"vocab": {}, "merges": []}}""" },
    };

    [Theory]
    [MemberData(nameof(Crafted))]
    public void Errors_name_the_file_and_the_place(string place, string json)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("tokenizer.json", json);
        string message = Assert.Throws<InputException>(() => Tokenizer.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains("expected", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_that_multiply_the_text_are_refused()
    {
        JsonObject json = SmallTokenizer.ByteLevel();
        JsonNode replace = JsonNode.Parse("""{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaa"}""")!;
        json["normalizer"] = new JsonObject { ["type"] = "Sequence",
            ["normalizers"] = new JsonArray([.. Enumerable.Range(0, 40).Select(_ => replace.DeepClone())]) };
        Tokenizer tokenizer = SmallTokenizer.Load(json);
        Assert.Contains("grow", Assert.Throws<InputException>(() => tokenizer.Encode("aaa")).Message, StringComparison.Ordinal);

        json = SmallTokenizer.ByteLevel();
        json["decoder"] = new JsonObject { ["type"] = "Sequence",
            ["decoders"] = new JsonArray([.. Enumerable.Range(0, 40).Select(_ => replace.DeepClone())]) };
        tokenizer = SmallTokenizer.Load(json);
        Assert.Contains(
            "grow", Assert.Throws<InputException>(() => tokenizer.Decode(tokenizer.Encode("aaa"))).Message, StringComparison.Ordinal);

        json["decoder"] = new JsonObject { ["type"] = "Sequence",
            ["decoders"] = new JsonArray([.. Enumerable.Range(0, 101).Select(_ => SmallTokenizer.Type("Fuse"))]) };
        Assert.Contains("101 components", Assert.Throws<InputException>(() => SmallTokenizer.Load(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(?:a|aa)*$x", 20_000)]
    [InlineData("(?<!a{1,200}b)c|(?:.*)*x", 20_000)]
    [InlineData("a*b|a", 400_000)] // no match takes long, all together do
    public void A_pattern_that_explodes_ends_in_an_error(string pattern, int length)
    {
        Tokenizer tokenizer = WithPattern(pattern);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Assert.Contains(
            "regular expression", Assert.Throws<InputException>(() => tokenizer.Encode(new string('a', length))).Message,
            StringComparison.Ordinal);
        double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Assert.True(seconds < 20, $"{seconds:F1} s");
    }

    [Theory]
    [InlineData("(?:a+)+b")]
    [InlineData("(?:(?:a*)*)*b")]
    [InlineData("((ab){1000}){1000}")]
    public void Nested_repetitions_that_the_engine_sees_through_match(string pattern) =>
        Assert.NotEmpty(WithPattern(pattern).Encode(new string('a', 20_000)));

    private static Tokenizer WithPattern(string pattern)
    {
        JsonObject json = SmallTokenizer.ByteLevel();
        json["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false,
        };
        return SmallTokenizer.Load(json);
    }

    [Fact]
    public void An_absent_file_and_an_empty_folder_say_what_is_expected()
    {
        using TemporaryFolder folder = new();
        Assert.Contains(
            "tokenizer.json", Assert.Throws<InputException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "expected", Assert.Throws<InputException>(() => Tokenizer.Load(Path.Combine(folder.Path, "none.json"))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Tokenizer.Load("\0"));
        Assert.Throws<InputException>(() => Tokenizer.Load(""));
    }

    /// <summary>Replaces, removes or doubles a random member or item of a random container.</summary>
    private static void Change(JsonObject json, Random random)
    {
        JsonNode node = json;
        while (true)
        {
            JsonNode?[] children = node switch
            {
                JsonObject o => [.. o.Select(p => p.Value)],
                JsonArray a => [.. a],
                _ => [],
            };
            JsonNode[] containers = [.. children.Where(c => c is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).Select(c => c!)];
            if (containers.Length == 0 || random.Next(3) == 0)
                break;
            node = containers[random.Next(containers.Length)];
        }
        if (node is JsonObject @object)
        {
            string key = @object.ElementAt(random.Next(@object.Count)).Key;
            if (random.Next(4) == 0)
                @object.Remove(key);
            else
                @object[key] = Hostile(json, random);
        }
        else if (node is JsonArray array)
        {
            int at = random.Next(array.Count);
            if (random.Next(4) == 0)
                array.RemoveAt(at);
            else if (random.Next(3) == 0)
                array.Insert(at, array[at]?.DeepClone());
            else
                array[at] = Hostile(json, random);
        }
    }

    private static JsonNode? Hostile(JsonObject json, Random random) => random.Next(18) switch
    {
        0 => null,
        1 => -1,
        2 => int.MaxValue,
        3 => 2147483648L,
        4 => ulong.MaxValue,
        5 => 1e300,
        6 => 0.5,
        7 => true,
        8 => "",
        9 => "a",
        10 => new string('a', 5000),
        11 => "\0\uFFFF",
        12 => new JsonArray(),
        13 => new JsonObject(),
        14 => new JsonArray("a", "b"),
        15 => Nested(random.Next(2, 100)),
        16 => new JsonObject
        {
            ["type"] = new[] { "Sequence", "ByteLevel", "Split", "Replace", "Metaspace", "BPE", "NFKC", "Strip", "None" }[random.Next(9)],
        },
        _ => json.ElementAt(random.Next(json.Count)).Value?.DeepClone(),
    };

    private static JsonNode Nested(int depth)
    {
        JsonObject node = SmallTokenizer.Type("NFC");
        for (int i = 0; i < depth; i++)
            node = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(node.DeepClone()),
                ["pretokenizers"] = new JsonArray(), ["decoders"] = new JsonArray(), ["processors"] = new JsonArray() };
        return node;
    }

    /// <summary>Loads, encodes and decodes; true where the file works, false where it gives an input error.</summary>
    private static bool Try(byte[] bytes)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "tokenizer.json");
        File.WriteAllBytes(path, bytes);
        Stopwatch clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool loaded = false;
        try
        {
            Tokenizer tokenizer = Tokenizer.Load(path);
            loaded = true;
            int[] ids = tokenizer.Encode(Text, addSpecialTokens: true);
            tokenizer.Encode(Text, specialAsPlain: true);
            tokenizer.Decode(ids, skipSpecial: true);
            return true;
        }
        catch (InputException e)
        {
            if (!loaded)
                Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            return false;
        }
        finally
        {
            Assert.True(clock.Elapsed.TotalSeconds < 5, $"{clock.Elapsed.TotalSeconds:F1} s");
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostBytes, $"{allocated >> 20} MiB allocated for a file of {bytes.Length} bytes");
        }
    }
}
