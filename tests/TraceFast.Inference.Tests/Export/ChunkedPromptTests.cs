using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>A prompt given in several calls after one another, at batch 1.</summary>
public sealed class ChunkedPromptTests
{
    public static MatrixTheoryData<string, int> Cases => new(OracleCases.Families, [5, 16]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chunks_give_the_same_logits(string name, int chunk)
    {
        GoldenLogits golden = GoldenLogits.Of("models", name);
        int[] row = golden.Rows[0];
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(OracleCases.Model(name), null, folder, new ExportOptions());
        using CachedRun run = new(decoder, 1, row.Length);
        for (int at = 0; at < row.Length; at += chunk)
        {
            float[] logits = run.Step([row[at..Math.Min(row.Length, at + chunk)]])[0];
            Assert.InRange(golden.Difference(0, at, logits), 0, 1e-4 * golden.Spread);
        }
    }
}
