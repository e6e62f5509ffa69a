using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Tests.Export;

/// <summary>
/// Every family's exported graph against transformers' logits: prompts at once, and token by token through the cache; where the rows are
/// shorter than <see cref="DecodeSteps"/>, longer ones against the trainer, whose logits the same oracles hold.
/// </summary>
public sealed class FamilyExportTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;
    private const int DecodeSteps = 30;

    public static TheoryData<string> Families => new(OracleCases.Families);

    [Theory]
    [MemberData(nameof(Families))]
    public void Float32_logits_equal_transformers(string name)
    {
        GoldenLogits golden = GoldenLogits.Of("models", name);
        using TemporaryFolder folder = new();
        List<string> said = [];
        using OnnxDecoder decoder = Exported.Open(OracleCases.Model(name), null, folder, new ExportOptions(), said.Add);
        double bound = Tolerance * golden.Spread;
        double prompt = Prompts(decoder, golden, golden.Rows);
        double steps = Steps(decoder, golden);
        ParityReport trainer = ParityCheck.Run(OracleCases.Model(name), null, decoder, ExportPrecision.Float32);
        int taken = golden.Rows.Max(r => Math.Min(r.Length - 1, DecodeSteps));
        output.WriteLine(
            $"{name}: prompts {prompt / golden.Spread:e1}, {taken} steps {steps / golden.Spread:e1} of the logits' "
                + $"spread {golden.Spread:f2}; against the trainer: {trainer.ToText()} {string.Join(' ', said)}");
        Assert.InRange(prompt, 0, bound);
        Assert.InRange(steps, 0, bound);
        Assert.True(trainer.Passed, trainer.ToText());
        DecoderConfig config = DecoderConfig.Read(OracleCases.Model(name));
        if (config.Layers.Any(l => l.Rope != null) && config.HeadDim % 16 != 0)
            Assert.Contains(
                said, line => line.Contains($"heads of {config.HeadDim} channels are padded with zeros", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Ragged_batch_equals_single_runs(string name)
    {
        GoldenLogits golden = GoldenLogits.Of("models", name);
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(OracleCases.Model(name), null, folder, new ExportOptions());
        int[] prompts = [.. golden.Rows.Select(r => Math.Max(1, r.Length - DecodeSteps))];
        int capacity = golden.Rows.Max(r => r.Length) + DecodeSteps;
        float[][][] together = Run(decoder, [.. golden.Rows.Select((r, b) => Fed(r, prompts[b]))], capacity);
        for (int b = 0; b < golden.Rows.Length; b++)
        {
            float[][][] alone = Run(decoder, [Fed(golden.Rows[b], prompts[b])], capacity);
            for (int step = 0; step < alone.Length; step++)
            {
                double difference = alone[step][0].Zip(together[step][b], (x, y) => Math.Abs((double)x - y)).Max();
                Assert.InRange(difference, 0, 1e-5 * golden.Spread);
            }
        }
    }

    /// <summary>The prompt, then <see cref="DecodeSteps"/> single tokens: the row's own, then zeros.</summary>
    private static int[][] Fed(int[] row, int prompt) =>
        [row[..prompt], .. Enumerable.Range(prompt, DecodeSteps).Select(t => new[] { t < row.Length ? row[t] : 0 })];

    /// <returns>[step][row] logits.</returns>
    private static float[][][] Run(OnnxDecoder decoder, int[][][] fed, int capacity)
    {
        using CachedRun run = new(decoder, fed.Length, capacity);
        return [.. Enumerable.Range(0, fed[0].Length).Select(step => run.Step([.. fed.Select(f => f[step])]))];
    }

    private static double Prompts(OnnxDecoder decoder, GoldenLogits golden, int[][] rows)
    {
        using CachedRun run = new(decoder, rows.Length, rows.Max(r => r.Length));
        float[][] logits = run.Step(rows);
        return logits.Select((l, b) => golden.Difference(b, 0, l)).Max();
    }

    private static double Steps(OnnxDecoder decoder, GoldenLogits golden)
    {
        int[] prompts = [.. golden.Rows.Select(r => Math.Max(1, r.Length - DecodeSteps))];
        Assert.True(golden.Rows.Max(r => r.Length) >= 4, "the case has rows long enough to step through");
        float[][][] found = Run(
            decoder, [.. golden.Rows.Select((r, b) => Fed(r, prompts[b]))], golden.Rows.Max(r => r.Length) + DecodeSteps);
        double largest = 0;
        for (int b = 0; b < golden.Rows.Length; b++)
        {
            largest = Math.Max(largest, golden.Difference(b, 0, found[0][b]));
            for (int t = prompts[b]; t < golden.Rows[b].Length; t++)
                largest = Math.Max(largest, golden.Difference(b, t, found[t - prompts[b] + 1][b]));
        }

        return largest;
    }
}
