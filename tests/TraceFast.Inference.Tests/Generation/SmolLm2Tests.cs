using System.Text.Json;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Generation;

/// <summary>The real 135M model.</summary>
public class SmolLm2Tests
{
    [Fact]
    public void Greedy_ids_equal_transformers_together_and_alone()
    {
        JsonElement greedy = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("models", "smollm2-135m-instruct", "expected.json"))).RootElement.GetProperty("greedy");
        string folder = ExportCache.Resolve(
            SmolLm2.Folder, null, null, _ => { }, Path.Combine(Oracles.RepositoryRoot, "artifacts", "onnx"));
        using TextModel model = TextModel.Open(folder, new SessionSettings { Spinning = false });
        int[][] expected = [.. greedy.EnumerateArray().Select(g => Ids(g.GetProperty("ids")))];
        DecodeRequest[] requests =
        [
            .. greedy.EnumerateArray()
                .Select((g, i) =>
                    new DecodeRequest(Ids(g.GetProperty("prompt_ids")), expected[i].Length) { Index = i, StopIds = model.StopIds }),
        ];
        foreach (int batch in new[] { 1, 8 })
        {
            DecodeResult[] results = [
                .. model.Generate(
                    requests, new DecodeOptions { Batch = batch, ChunkLength = 64 }, null, TestContext.Current.CancellationToken)];
            Assert.Equal(requests.Length, results.Length);
            foreach (DecodeResult result in results)
            {
                Assert.Equal(expected[result.Request.Index], result.Ids);
                int end = result.FinishReason == FinishReason.Stop ? 1 : 0;
                Assert.Equal(model.Tokenizer!.Decode(result.Ids.AsSpan(0, result.Ids.Length - end), skipSpecial: true), result.Text);
            }
        }
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(e => e.GetInt32())];
}
