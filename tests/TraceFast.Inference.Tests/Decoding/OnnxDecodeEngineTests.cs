using System.Text.Json;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Decoding.Onnx;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Decoding;

/// <summary>Real graphs in ONNX Runtime against transformers' generate, and against themselves in other batches.</summary>
public class OnnxDecodeEngineTests
{
    private static readonly SessionSettings s_oneThread = new() { Threads = 1, Spinning = false };

    public static TheoryData<string, HeadPositions, int> GreedyCases()
    {
        TheoryData<string, HeadPositions, int> data = [];
        foreach (string model in new[] { "llama_gqa", "mistral_swa", "qwen2_untied", "qwen3_untied" })
            foreach (HeadPositions head in Enum.GetValues<HeadPositions>())
                foreach (int batch in new[] { 1, 3, 4 })
                    data.Add(model, head, batch);
        return data;
    }

    [Theory]
    [MemberData(nameof(GreedyCases))]
    public void Greedy_ids_equal_transformers(string model, HeadPositions head, int batch)
    {
        JsonElement oracle = Oracle(model);
        int[][] prompts = Rows(oracle.GetProperty("prompts"));
        int most = oracle.GetProperty("max_new_tokens").GetInt32();
        Assert.True(oracle.GetProperty("min_top1_top2_logit_margin").GetDouble() > 1e-3);
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported(model, folder, head);
        (string Expected, HashSet<int> Stops)[] runs =
        [
            ("no_eos", []),
            ("with_eos", [oracle.GetProperty("eos_token_id").GetInt32()]),
            ("with_eos_list", [.. oracle.GetProperty("eos_token_ids").EnumerateArray().Select(e => e.GetInt32())]),
        ];
        foreach ((string name, HashSet<int> stops) in runs)
        {
            int[][] expected = Rows(oracle.GetProperty(name));
            foreach (int chunk in new[] { 3, 512 })
            {
                List<DecodeResult> results = Run(
                    decoder, batch, chunk, [.. prompts.Select((p, i) => new DecodeRequest(p, most) { Index = i, StopIds = stops })]);
                Assert.Equal(prompts.Length, results.Count);
                foreach (DecodeResult result in results)
                {
                    int[] row = expected[result.Request.Index];
                    int end = Array.FindIndex(row, stops.Contains);
                    Assert.Equal(end < 0 ? row : row[..(end + 1)], result.Ids);
                    Assert.Equal(end < 0 ? FinishReason.Length : FinishReason.Stop, result.FinishReason);
                }
            }
        }
    }

    /// <summary>
    /// The logits of a row are the same bits alone and beside others, which is what makes a sampled text independent of its batch.
    /// </summary>
    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("qwen3_untied")]
    public void Sampled_ids_do_not_depend_on_the_batch(string model)
    {
        Random random = new(3);
        DecodeRequest[] requests = [
            .. Enumerable.Range(0, 12)
                .Select(i =>
                    new DecodeRequest(
                        [7, 8, 9, .. Enumerable.Range(0, 1 + random.Next(20)).Select(_ => random.Next(10, 200))], 3 + random.Next(30))
        {
            Index = i,
            Sampling = new SamplingOptions { Temperature = 1, TopP = 0.95, Seed = 11 },
        })];
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported(model, folder, HeadPositions.Selected);
        string Ids(int batch, bool reversed) =>
            string.Join(
                '\n', Run(decoder, batch, 8, reversed ? [.. requests.Reverse()] : requests).OrderBy(r => r.Request.Index)
                    .Select(r => string.Join(' ', r.Ids)));
        string alone = Ids(1, reversed: false);
        Assert.Equal(alone, Ids(2, reversed: false));
        Assert.Equal(alone, Ids(5, reversed: true));
        Assert.Equal(alone, Ids(12, reversed: false));
    }

    [Fact]
    public void Room_beyond_the_models_context_is_refused()
    {
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported("llama_gqa", folder, HeadPositions.Selected);
        OnnxModelException e = Assert.Throws<OnnxModelException>(() => new OnnxDecodeEngine(decoder, 1, decoder.ContextLength + 1));
        Assert.Contains($"context of {decoder.ContextLength}", e.Message, StringComparison.Ordinal);
    }

    private static List<DecodeResult> Run(OnnxDecoder decoder, int batch, int chunk, DecodeRequest[] requests)
    {
        int[] prefix = BatchDecoder.CommonPrefix(requests.Select(r => r.Prompt));
        using OnnxDecodeEngine engine = new(decoder, batch + (prefix.Length > 0 ? 1 : 0), Math.Min(decoder.ContextLength, 100));
        return [.. new BatchDecoder(
            engine, _ => "", new DecodeOptions { Batch = batch, ChunkLength = chunk }, new DecodeStatistics(), prefix).Run(
                requests, TestContext.Current.CancellationToken)];
    }

    private static OnnxDecoder Exported(string model, TemporaryFolder folder, HeadPositions head)
    {
        string output = folder["onnx"];
        OnnxExport.Run(Oracles.Require("oracles", "hf", "models", model), null, output, new ExportOptions { Head = head }, _ => { });
        return OnnxDecoder.Open(output, s_oneThread);
    }

    private static JsonElement Oracle(string model) =>
        JsonDocument.Parse(File.ReadAllText(Oracles.Require("oracles", "hf", "generation", model + ".json"))).RootElement;

    private static int[][] Rows(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(r => r.EnumerateArray().Select(e => e.GetInt32()).ToArray())];
}
