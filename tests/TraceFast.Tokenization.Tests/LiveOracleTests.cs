using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;

namespace TraceFast.Tokenization.Tests;

/// <summary>
/// Every tokenizer.json at hand against the Hugging Face library itself, and against Microsoft.ML.Tokenizers where that one is right.
/// </summary>
public class LiveOracleTests(ITestOutputHelper output)
{
    private const int Texts = 3000;

    /// <summary>models/demo, and every tokenizer.json in the reference data.</summary>
    public static TheoryData<string> Files =>
    [
        Path.Combine("models", "demo", "tokenizer.json"),
        .. (Directory.Exists(Oracles.Root) ? Directory.GetFiles(Oracles.Root, "tokenizer.json", SearchOption.AllDirectories) : [])
            .Select(f => Path.GetRelativePath(Oracles.Root, f)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Random_texts_have_the_librarys_ids_and_decode_as_there(string file)
    {
        // By itself: the library does not look into the files beside it.
        using TemporaryFolder folder = new();
        string path = folder["tokenizer.json"];
        File.Copy(Locate(file), path);
        Tokenizer own = Tokenizer.Load(path);
        using RustLibrary library = new(path);
        RandomText texts = new(1, RandomText.AddedTokens(path));
        List<string> wrong = library.Differences(own, Enumerable.Range(0, Texts).Select(_ => texts.Next()));
        wrong.AddRange(library.DecodingDifferences(own, Enumerable.Range(0, Texts / 3).Select(_ => texts.Ids(20, own.VocabularySize + 3))));
        output.WriteLine($"{file}: {Texts} texts, {Texts / 3} sequences of ids, {wrong.Count} differences");
        Assert.True(wrong.Count == 0, $"{wrong.Count} differences:\n{string.Join('\n', wrong.Take(5))}");
    }

    /// <summary>
    /// Microsoft's BpeTokenizer merges byte-level pre-tokens rightly. What it cannot: NFC without ICU, ignore_merges, patterns beyond the
    /// basic plane, several kinds of added tokens (taken off the files here), byte fallback (no file with it is compared).
    /// </summary>
    public static TheoryData<string> ByteLevelFiles =>
    [
        Path.Combine("models", "demo", "tokenizer.json"),
        .. new[] { "llama3", "qwen2_5", "smollm" }.Select(n => Path.Combine("tokenizers", n, "tokenizer.json")),
    ];

    [Theory]
    [MemberData(nameof(ByteLevelFiles))]
    public void Microsofts_merging_of_byte_level_words_gives_the_same_ids(string file)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Locate(file)))!;
        json["normalizer"] = json["post_processor"] = null;
        json["added_tokens"] = new JsonArray();
        json["pre_tokenizer"] = JsonNode.Parse(
            """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}""");
        json["model"]!["ignore_merges"] = false;
        Tokenizer own = SmallTokenizer.Load(json);
        IEnumerable<KeyValuePair<string, int>> vocabulary = json["model"]!["vocab"]!.AsObject()
            .Select(p => KeyValuePair.Create(p.Key, (int)p.Value!));
        BpeTokenizer microsofts = BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = [.. json["model"]!["merges"]!.AsArray().Select(m => m is JsonArray pair ? $"{pair[0]} {pair[1]}" : (string)m!)],
            ByteLevel = true,
        });
        RandomText texts = new(2);
        for (int i = 0; i < Texts; i++)
        {
            string text = texts.Next(3);
            Assert.Equal(microsofts.EncodeToIds(text, considerPreTokenization: false), own.Encode(text));
        }
    }

    private static string Locate(string file) =>
        file.StartsWith(Path.Combine("models", "demo"), StringComparison.Ordinal)
            ? Path.Combine(Oracles.RepositoryRoot, file) : Oracles.Require(file);
}
