using Microsoft.ML.OnnxRuntime;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>The input logit_positions: any positions of any row, and none at all.</summary>
public sealed class SelectedPositionsTests
{
    [Theory]
    [InlineData("llama_gqa")]
    [InlineData("gemma2")]
    public void Logits_are_those_of_the_positions(string name)
    {
        GoldenLogits golden = GoldenLogits.Of("models", name);
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(
            OracleCases.Model(name), null, folder, new ExportOptions { Head = HeadPositions.Selected });
        int[][] rows = golden.Rows[..2];
        foreach (int count in new[] { 0, 1, 3 })
        {
            long[][] positions = [
                .. rows.Select(r => Enumerable.Range(0, count).Select(i => (long)Math.Max(0, r.Length - 1 - i * 2)).ToArray())];
            float[] logits = Run(decoder, rows, positions);
            Assert.Equal(rows.Length * count * golden.Vocabulary, logits.Length);
            for (int b = 0; b < rows.Length; b++)
            {
                for (int i = 0; i < count; i++)
                {
                    Span<float> found = logits.AsSpan((b * count + i) * golden.Vocabulary, golden.Vocabulary);
                    Assert.InRange(golden.Difference(b, (int)positions[b][i], found), 0, 1e-4 * golden.Spread);
                }
            }
        }
    }

    private static float[] Run(OnnxDecoder decoder, int[][] rows, long[][] positions)
    {
        int width = rows.Max(r => r.Length);
        long[] ids = [.. rows.SelectMany(r => Enumerable.Range(0, width).Select(t => t < r.Length ? (long)r[t] : 0))];
        long[] mask = [.. rows.SelectMany(r => Enumerable.Range(0, width).Select(t => t < r.Length ? 1L : 0))];
        Dictionary<string, OrtValue> inputs = new()
        {
            [GraphIo.InputIds] = OrtValue.CreateTensorValueFromMemory(ids, [rows.Length, width]),
            [GraphIo.AttentionMask] = OrtValue.CreateTensorValueFromMemory(mask, [rows.Length, width]),
            [GraphIo.LogitPositions] = OrtValue.CreateTensorValueFromMemory(
                positions.SelectMany(p => p).ToArray(), [rows.Length, positions[0].Length]),
        };
        long[] empty = [rows.Length, decoder.KeyValueHeadCount, 0, decoder.HeadSize];
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            inputs[GraphIo.PastKey(layer)] = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), empty);
            inputs[GraphIo.PastValue(layer)] = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), empty);
        }

        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = decoder.Session.Run(options, inputs, [GraphIo.Logits]);
        foreach (OrtValue value in inputs.Values)
            value.Dispose();
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
