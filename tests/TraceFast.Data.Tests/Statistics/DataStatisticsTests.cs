using System.Text.Json;
using TraceFast.Data.Statistics;
using TraceFast.Tests;

namespace TraceFast.Data.Tests.Statistics;

/// <summary>The figures of data stats, on records small enough to count by hand.</summary>
public sealed class DataStatisticsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lengths_are_counted_in_code_points_and_tokens_by_the_given_count()
    {
        DataSet data = _folder.Load(
            """
            {"prompt":"ab","response":"c"}
            {"prompt":"日本語","response":"\ud83d\ude00 d"}
            {"prompt":"ab","response":"c"}
            """, Stage.Sft);
        DataStatistics stats = DataStatistics.Of(data, text => text.Length * 10);
        Assert.Equal(3, stats.Records);
        Assert.Equal(
            (3, 7L, 2, 3, 2),
            (stats.Characters.Prompt.Count, stats.Characters.Prompt.Total, stats.Characters.Prompt.Min, stats.Characters.Prompt.Max,
                stats.Characters.Prompt.P50));
        Assert.Equal((5L, 3), (stats.Characters.Response.Total, stats.Characters.Response.Max));
        Assert.Equal(70, stats.Tokens!.Prompt.Total);
        Assert.Equal(60, stats.Tokens.Response.Total);
        Assert.Equal((2, 2, 2.0), (stats.Turns.Min, stats.Turns.Max, stats.Turns.Mean));
        Assert.Equal([new LengthBin(2, 3, 3)], stats.Characters.Prompt.Histogram);
        Assert.Equal([new ScriptCount("Latin", 7, 2), new ScriptCount("Han", 3, 1)], stats.Scripts);
        Assert.Equal((1, 1), (stats.Duplicates.Groups, stats.Duplicates.Records));
        string path = data[0].Origin.File;
        Assert.Equal([$"{path}:1", $"{path}:3"], stats.Duplicates.Examples[0]);
        Assert.Equal(3, stats.Kinds["sft"]);
    }

    [Fact]
    public void Ready_ids_are_tokens_without_a_tokenizer()
    {
        DataStatistics stats = DataStatistics.Of(_folder.Load("""{"x1_ids":[1,2],"y1_ids":[3],"x2_ids":[4],"y2_ids":[3]}""", Stage.Iopo));
        Assert.Equal(3, stats.Tokens!.Prompt.Total);
        Assert.Equal(2, stats.Tokens.Response.Count);
        Assert.Equal(0, stats.Characters.Prompt.Count);
        Assert.Equal(1, stats.EqualResponses);
        Assert.Equal([new ScriptCount("None", 0, 1)], stats.Scripts);
        Assert.Equal(["quad_ids"], stats.Kinds.Keys);
    }

    [Fact]
    public void A_record_that_a_mix_repeats_is_no_duplicate()
    {
        string few = _folder.Write("few.jsonl", """{"prompt":"u","response":"a"}""");
        string many = _folder.Write(
            "many.jsonl",
            "{\"prompt\":\"v\",\"response\":\"a\"}\n{\"prompt\":\"w\",\"response\":\"a\"}\n{\"prompt\":\"u\",\"response\":\"a\"}");
        DataSetOptions options = new() { Names = [few, many], Stage = Stage.Sft, MixStrategy = Data.Sampling.MixStrategy.InterleaveOver };
        DataStatistics stats = DataStatistics.Of(DataSet.Load(options));
        Assert.Equal(6, stats.Records);
        Assert.Equal((1, 1), (stats.Duplicates.Groups, stats.Duplicates.Records));
    }

    [Fact]
    public void Hashes_tell_contents_apart_and_not_places()
    {
        static PairRecord Pair(string x, string y, string z, int line = 1) => new(new SourceLocation("f", line, 0),
            new Prompt.Chat([new(Role.User, x)]), new Response.Text(y), new Response.Text(z));
        Assert.Equal(RecordHash.Of(Pair("a", "b", "c")), RecordHash.Of(Pair("a", "b", "c", line: 9)));
        UInt128[] hashes = [
            .. new[] { Pair("a", "b", "c"), Pair("a", "c", "b"), Pair("ab", "", "c"), Pair("a", "bc", ""),
                Pair("b", "a", "c") }.Select(RecordHash.Of)];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        SourceLocation origin = new("f", 1, 0);
        Assert.NotEqual(RecordHash.Of(new SftIdsRecord(origin, [1, 2], [3])), RecordHash.Of(new SftIdsRecord(origin, [1], [2, 3])));
        Assert.NotEqual(
            RecordHash.Of(new SftRecord(origin, [new(Role.User, "a"), new(Role.Assistant, "b")])),
            RecordHash.Of(new SftRecord(origin, [new(Role.System, "a"), new(Role.Assistant, "b")])));
    }

    [Fact]
    public void A_summary_states_nearest_rank_percentiles_and_bins_of_powers_of_two()
    {
        LengthSummary summary = LengthSummary.Of(Enumerable.Range(1, 100).Append(0));
        Assert.Equal(
            (101, 5050L, 0, 50, 90, 99, 100),
            (summary.Count, summary.Total, summary.Min, summary.P50, summary.P90, summary.P99, summary.Max));
        Assert.Equal(50, summary.Mean);
        Assert.Equal(
            [new(0, 0, 1),
                new(1, 1, 1), new(2, 3, 2), new(4, 7, 4), new(8, 15, 8), new(16, 31, 16), new(32, 63, 32), new LengthBin(64, 127, 37)],
            summary.Histogram);
        Assert.Equal(new LengthBin(1 << 30, int.MaxValue, 1), Assert.Single(LengthSummary.Of([int.MaxValue]).Histogram));
        Assert.Empty(LengthSummary.Of([]).Histogram);
    }

    [Theory]
    [InlineData("Hello, мир", "Latin")]
    [InlineData("привет ok", "Cyrillic")]
    [InlineData("漢字かな", "Han")]
    [InlineData("ひらがな漢字", "Hiragana")]
    [InlineData("한국어", "Hangul")]
    [InlineData("مرحبا", "Arabic")]
    [InlineData("été", "Latin")]
    [InlineData("𠀀𠀁", "Han")]
    [InlineData("ᏣᎳᎩ", "Other")]
    [InlineData("12 ?!", "None")]
    public void The_script_of_a_record_is_that_of_most_of_its_letters(string prompt, string script)
    {
        DataSet data = _folder.Load(JsonSerializer.Serialize(new { prompt, response = "1" }), Stage.Sft);
        Assert.Equal(script, DataStatistics.Of(data).Scripts.Single(count => count.Records == 1).Script);
    }

    [Fact]
    public void The_json_has_its_keys_in_a_fixed_order()
    {
        DataSet data = _folder.Load("""{"prompt":"ab","response":"c"}""", Stage.Sft);
        using JsonDocument json = JsonDocument.Parse(DataStatistics.Of(data, _ => 1).ToJson());
        Assert.Equal(
            ["stage", "records", "sources", "kinds", "turns", "characters", "tokens", "scripts", "duplicates", "equal_responses"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ["count", "total", "min", "mean", "p50", "p90", "p99", "max", "histogram"],
            json.RootElement.GetProperty("turns").EnumerateObject().Select(p => p.Name));
        using JsonDocument without = JsonDocument.Parse(DataStatistics.Of(data).ToJson());
        Assert.False(without.RootElement.TryGetProperty("tokens", out _));
    }

    [Theory]
    [InlineData("dpo_zh_demo.json", Stage.Dpo, "Han", "pair")]
    [InlineData("dpo_en_demo.json", Stage.Dpo, "Latin", "pair")]
    [InlineData("alpaca_zh_demo.json", Stage.Sft, "Han", "sft")]
    public void Demo_files_are_mostly_in_their_language(string file, Stage stage, string script, string kind)
    {
        DataSet data = DataSet.Load(new DataSetOptions { Names = [Oracles.Require("preference", file)], Stage = stage });
        DataStatistics stats = DataStatistics.Of(data);
        Assert.Equal(script, stats.Scripts[0].Script);
        Assert.True(stats.Scripts[0].Records > 0.9 * stats.Records);
        Assert.Equal(data.Count, stats.Kinds[kind]);
        Assert.Equal(data.Count, stats.Scripts.Sum(count => count.Records));
        Assert.Equal(stats.Characters.Response.Count, stats.Characters.Response.Histogram.Sum(bin => bin.Count));
    }
}
