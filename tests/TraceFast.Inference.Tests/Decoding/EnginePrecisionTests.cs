using TraceFast.Inference.Decoding.Onnx;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Decoding;

/// <summary>The engine's logits against the plain way to run the same graph, in every precision that the CPU provider takes.</summary>
public class EnginePrecisionTests
{
    [Theory]
    [InlineData(ExportPrecision.Float32, HeadPositions.Selected)]
    [InlineData(ExportPrecision.Float32, HeadPositions.All)]
    [InlineData(ExportPrecision.Float16, HeadPositions.Selected)]
    [InlineData(ExportPrecision.Int8, HeadPositions.Selected)]
    [InlineData(ExportPrecision.Int4, HeadPositions.Selected)]
    public void Logits_equal_those_of_a_plain_run(ExportPrecision precision, HeadPositions head)
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(
            Oracles.Require("oracles", "hf", "models", "llama_gqa"), null, folder["onnx"],
            new ExportOptions { Precision = precision, Head = head }, _ => { });
        using OnnxDecoder decoder = OnnxDecoder.Open(folder["onnx"], new SessionSettings { Threads = 1, Spinning = false });
        int[][] prompts = [[5, 6, 7, 8, 9, 10, 11], [40, 41, 42], [50, 51, 52, 53, 54]];
        using OnnxDecodeEngine engine = new(decoder, 4, 20);
        for (int row = 0; row < prompts.Length; row++)
        {
            // Through another row, as the common prefix goes.
            engine.Prefill(3, 0, prompts[row].AsSpan(0, 1));
            engine.CopyRow(3, row, 1);
            engine.Prefill(row, 1, prompts[row].AsSpan(1..^1));
        }
        engine.Step([.. prompts.Select(p => p[^1])], [.. prompts.Select(p => p.Length - 1)]);
        float[][] first = [.. Enumerable.Range(0, 3).Select(r => engine.Logits(r).ToArray())];
        engine.Step([60, 61], [7, 3]);
        float[][] second = [.. Enumerable.Range(0, 2).Select(r => engine.Logits(r).ToArray())];
        for (int row = 0; row < 3; row++)
        {
            using CachedRun alone = new(decoder, 1, 20);
            Close(alone.Step([prompts[row]])[0][^decoder.VocabularySize..], first[row]);
            if (row < 2)
                Close(alone.Step([[60 + row]])[0], second[row]);
        }

        void Close(float[] expected, float[] actual)
        {
            // Chunks of other lengths round otherwise; in float16 and with activations quantized to 8 bits by more.
            double tolerance = precision switch { ExportPrecision.Float32 => 1e-5, ExportPrecision.Float16 => 4e-3, _ => 2e-2 };
            double spread = expected.Max() - expected.Min();
            Assert.True(spread > 0.1);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], tolerance * spread);
        }
    }
}
