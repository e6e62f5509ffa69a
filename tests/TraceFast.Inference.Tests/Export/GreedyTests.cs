using System.Text.Json;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Greedy decoding through the cache, in ragged batches, against transformers' token ids.</summary>
public sealed class GreedyTests
{
    /// <summary>Below this gap between the two best logits, rounding decides.</summary>
    private const float SmallestGap = 1e-3f;

    [Theory]
    [InlineData("llama_gqa", HeadPositions.All)]
    [InlineData("llama_gqa", HeadPositions.Selected)]
    [InlineData("mistral_swa", HeadPositions.All)]
    [InlineData("qwen2_untied", HeadPositions.Selected)]
    [InlineData("qwen3_untied", HeadPositions.All)]
    public void Ids_equal_transformers(string name, HeadPositions head)
    {
        using JsonDocument oracle = JsonDocument.Parse(File.ReadAllBytes(Oracles.Require("oracles", "hf", "generation", $"{name}.json")));
        Assert.True(oracle.RootElement.GetProperty("min_top1_top2_logit_margin").GetDouble() > SmallestGap);
        int[][] prompts = Ids(oracle.RootElement.GetProperty("prompts"));
        int[][] expected = Ids(oracle.RootElement.GetProperty("no_eos"));
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(OracleCases.Model(name), null, folder, new ExportOptions { Head = head });
        Assert.Equal(head == HeadPositions.Selected, decoder.SelectsPositions);
        int[][] found = Greedy(decoder, prompts, expected[0].Length);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Smol_lm2_reproduces_its_greedy_ids()
    {
        string model = SmolLm2.Folder;
        using JsonDocument oracle = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("models", "smollm2-135m-instruct", "expected.json")));
        JsonElement[] cases = [.. oracle.RootElement.GetProperty("greedy").EnumerateArray()];
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(model, null, folder, new ExportOptions { Head = HeadPositions.Selected });
        int[][] prompts = [.. cases.Select(c => Row(c.GetProperty("prompt_ids")))];
        int[][] expected = [.. cases.Select(c => Row(c.GetProperty("ids")))];
        int[][] found = Greedy(decoder, prompts, expected.Max(e => e.Length));
        for (int b = 0; b < cases.Length; b++)
        {
            Assert.True(cases[b].GetProperty("min_top1_top2_gap").GetDouble() > SmallestGap);
            Assert.Equal(expected[b], found[b][..expected[b].Length]);
        }
    }

    private static int[][] Greedy(OnnxDecoder decoder, int[][] prompts, int tokens)
    {
        using CachedRun run = new(decoder, prompts.Length, prompts.Max(p => p.Length) + tokens);
        List<int>[] found = [.. prompts.Select(_ => new List<int>())];
        int[][] next = prompts;
        for (int step = 0; step < tokens; step++)
        {
            float[][] logits = run.Step(next);
            for (int b = 0; b < prompts.Length; b++)
            {
                float[] last = logits[b][^decoder.VocabularySize..];
                found[b].Add(Array.IndexOf(last, last.Max()));
            }

            next = [.. found.Select(f => new[] { f[^1] })];
        }

        return [.. found.Select(f => f.ToArray())];
    }

    private static int[][] Ids(JsonElement rows) => [.. rows.EnumerateArray().Select(Row)];

    private static int[] Row(JsonElement row) => [.. row.EnumerateArray().Select(i => i.GetInt32())];
}
