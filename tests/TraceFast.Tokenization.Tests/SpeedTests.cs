using System.Text;
using TraceFast.Tests;

namespace TraceFast.Tokenization.Tests;

/// <summary>
/// Rates on one core, printed; and texts that are hard on a tokenizer, which must not take quadratic time. Measured in
/// processor time, alone in the process, so that other work on the machine does not decide.
/// </summary>
[Collection(nameof(Alone))]
public class SpeedTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => ["llama3", "qwen2_5", "smollm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mixed_text_runs_at_two_megabytes_per_second_and_loading_takes_under_a_second(string name)
    {
        string folder = Oracles.Require("tokenizers", name);
        string english = File.ReadAllText(Oracles.Require("preference", "dpo_en_demo.json"));
        string chinese = System.Text.Json.JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("preference", "dpo_zh_demo.json"))).RootElement
            .EnumerateArray()
            .Aggregate(new StringBuilder(), (b, e) => b.Append(e.GetProperty("chosen").GetProperty("value").GetString()).Append('\n'))
            .ToString();
        string text = english + chinese;
        double megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;

        Tokenizer tokenizer = null!;
        double load = Seconds(() => tokenizer = Tokenizer.Load(folder));
        int[] ids = [];
        double first = Seconds(() => ids = tokenizer.Encode(text));
        double again = Seconds(() => tokenizer.Encode(text));
        string back = "";
        double decode = Seconds(() => back = tokenizer.Decode(ids));
        output.WriteLine(
            $"{name}: loaded in {load * 1000:F0} ms; {megabytes:F2} MB, {ids.Length} tokens: {megabytes / first:F1} MB/s at "
                + $"first, {megabytes / again:F1} MB/s again, decoded at {megabytes / decode:F1} MB/s");
        Assert.True(megabytes / first >= 2, $"{megabytes / first:F2} MB/s");
        Assert.True(load < 1, $"loading took {load:F2} s");
        if (name != "qwen2_5")
            Assert.Equal(text, back);
    }

    public static TheoryData<string, string, int> HardTexts => new()
    {
        { "a", "llama3", 1_000_000 }, { " ", "llama3", 1_000_000 }, { "你", "llama3", 333_333 }, { "ab", "llama3", 500_000 },
        { "\n", "llama3", 1_000_000 },
        { "=", "llama3", 1_000_000 }, { "1", "llama3", 1_000_000 }, { "𝐀", "llama3", 250_000 }, { " a", "llama3", 500_000 },
        { "<", "llama3", 1_000_000 },
        { "a", "qwen2_5", 1_000_000 }, { " ", "qwen2_5", 1_000_000 }, { "你", "qwen2_5", 1_000_000 }, { "ab", "qwen2_5", 500_000 },
        { "e\u0301", "qwen2_5", 333_333 },
        { "\u0301", "qwen2_5", 500_000 }, { "한", "qwen2_5", 333_333 },
        { "a", "smollm", 1_000_000 }, { " ", "smollm", 1_000_000 }, { "你", "smollm", 1_000_000 }, { "ab", "smollm", 500_000 },
        { "9", "smollm", 1_000_000 },
    };

    [Theory]
    [MemberData(nameof(HardTexts))]
    public void A_megabyte_of_one_character_takes_under_five_seconds(string unit, string name, int times)
    {
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("tokenizers", name));
        string text = new StringBuilder().Insert(0, unit, times).ToString();
        int[] ids = [];
        double seconds = Seconds(() => ids = tokenizer.Encode(text));
        output.WriteLine($"{name}, {times} x \"{unit}\": {seconds:F2} s, {ids.Length} tokens");
        Assert.True(seconds < 5, $"{seconds:F1} s");
        string normalized = name == "qwen2_5" ? text.Replace("e\u0301", "é", StringComparison.Ordinal) : text;
        Assert.Equal(normalized, tokenizer.Decode(ids));
    }

    [Theory]
    [InlineData("a", 1_000_000)]
    [InlineData("𝐀", 250_000)]
    public void A_megabyte_through_the_base_type_takes_under_five_seconds(string unit, int times)
    {
        Microsoft.ML.Tokenizers.Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("tokenizers", "llama3"));
        string text = new StringBuilder().Insert(0, unit, times).ToString();
        double tokens = Seconds(() => tokenizer.EncodeToTokens(text, out _));
        double cut = Seconds(() => tokenizer.GetIndexByTokenCount(text, 1000, out _, out _));
        int[] ids = [.. tokenizer.EncodeToIds(text)];
        double decode = Seconds(
            () => Assert.Equal(System.Buffers.OperationStatus.DestinationTooSmall, tokenizer.Decode(ids, new char[1000], out _, out _)));
        output.WriteLine($"{times} x \"{unit}\": tokens {tokens:F2} s, index {cut:F2} s, decoding a thousand characters {decode:F2} s");
        Assert.True(Math.Max(tokens, Math.Max(cut, decode)) < 5);
    }

    public static TheoryData<int, string> HardSentencePieceTexts => new()
    {
        { SentencePieceModel.BytePairs, "a" }, { SentencePieceModel.BytePairs, " " }, { SentencePieceModel.BytePairs, "x" },
        { SentencePieceModel.BytePairs, "ab " },
        { SentencePieceModel.Unigram, "a" }, { SentencePieceModel.Unigram, " " }, { SentencePieceModel.Unigram, "x" },
        { SentencePieceModel.Unigram, "ab " },
    };

    [Theory]
    [MemberData(nameof(HardSentencePieceTexts))]
    public void A_megabyte_takes_a_sentencepiece_model_under_five_seconds(int modelType, string unit)
    {
        // "x" is not among the pieces: all of it goes by bytes.
        SentencePieceModel model = new() { ModelType = modelType };
        model.AddBytes();
        foreach (string piece in new[] { "▁", "a", "b", "aa", "ab", "▁a", "▁ab", "aaaa", "▁▁", "aaaaaaaa" })
            model.Pieces.Add((piece, -model.Pieces.Count, SentencePieceModel.Normal));
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["tokenizer.model"], model.ToBytes());
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        string text = new StringBuilder().Insert(0, unit, 1_000_000 / unit.Length).ToString();
        int[] ids = [];
        double seconds = Seconds(() => ids = tokenizer.Encode(text));
        output.WriteLine($"model type {modelType}, {text.Length / unit.Length} x \"{unit}\": {seconds:F2} s, {ids.Length} tokens");
        Assert.True(seconds < 5, $"{seconds:F1} s");
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    private static double Seconds(Action action)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}

/// <summary>Tests that run while no others do.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
