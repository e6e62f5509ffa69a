using TraceFast.Inference.Sessions;
using TraceFast.Tokenization;

namespace TraceFast.Inference.Export;

/// <summary>How far an exported model's logits are from the trainer's float32 ones.</summary>
/// <param name="Largest">Largest absolute difference of a logit.</param>
/// <param name="RootMeanSquare">Of all differences.</param>
/// <param name="Spread">Standard deviation of the trainer's logits.</param>
/// <param name="SameBest">Share of positions whose likeliest token is the same.</param>
/// <param name="Tolerance">What <see cref="Relative"/> may be.</param>
/// <param name="Measure">What is compared with the tolerance.</param>
public sealed record ParityReport(
    double Largest, double RootMeanSquare, double Spread, double SameBest, int Positions, double Tolerance, ParityMeasure Measure)
{
    /// <summary>The measured difference in units of the spread.</summary>
    public double Relative => (Measure == ParityMeasure.Largest ? Largest : RootMeanSquare) / Spread;

    public bool Passed => Relative <= Tolerance;

    /// <summary>One line for people.</summary>
    public string ToText() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"parity with the trainer {(Passed ? "passed" : "FAILED")}: largest difference {Largest:g3}, root mean "
            + $"square {RootMeanSquare:g3}, of logits that spread by {Spread:g3} over {Positions} "
            + $"positions; {(Measure == ParityMeasure.Largest ? "largest" : "root mean square")} / spread {Relative:g3}, "
            + $"allowed {Tolerance:g3}; same likeliest token {SameBest:p0}");
}

/// <summary>Which difference a tolerance is for.</summary>
public enum ParityMeasure
{
    /// <summary>The largest: for float32.</summary>
    Largest,

    /// <summary>The root mean square: for fewer bits, whose rounding is noise with a long tail.</summary>
    RootMeanSquare,
}

/// <summary>
/// Compares an exported model with the trainer: rows of differing lengths, as prompts of one batch and then token by token through the
/// cache. They are English text where the model has a tokenizer: on random tokens a trained model's logits answer to rounding far more
/// than they do in use. Models without one get random tokens.
/// </summary>
public static class ParityCheck
{
    private const int Steps = 8;
    private const int Seed = 20_000;

    private const string Text =
        """
        The harbour was quiet when the first boats came in. Three fishermen carried their baskets up the stone steps, counting aloud as
        they went: forty-one, forty-two, forty-three. "We will need ice before noon," said the eldest, "and someone has to tell the market."
        Nobody answered. A dog slept under the bench, and the clock on the church tower showed ten past six. In summer the town fills with
        visitors who ask about the lighthouse, which was built in 1847 and rebuilt after the storm of 1903.
        """;

    /// <summary>Tokens of the rows, prompts and steps together; cut to the model's context.</summary>
    private static readonly int[] s_lengths = [48, 25, Steps + 1];

    /// <param name="exported">The exported model, with the adapter merged or as its inputs' defaults.</param>
    public static ParityReport Run(string modelFolder, string? adapterFolder, OnnxDecoder exported, ExportPrecision precision)
    {
        using Trainer trainer = Trainer.Load(modelFolder, adapterFolder);
        int[][] rows = Rows(modelFolder, exported.VocabularySize, exported.ContextLength);
        return Compare(exported, rows, [.. rows.Select(r => Floats(trainer.Decoder.AllLogits(r)))], precision);
    }

    /// <summary>The token ids that are compared.</summary>
    internal static int[][] Rows(string modelFolder, int vocabulary, int context)
    {
        int[] tokens = Tokens(modelFolder, vocabulary);
        return [.. s_lengths.Select((n, b) => tokens.AsSpan(b * Steps, Math.Min(n, context)).ToArray())];
    }

    /// <param name="rows">Of <see cref="Rows"/>.</param>
    /// <param name="expected">[rows][tokens * vocabulary].</param>
    internal static ParityReport Compare(OnnxDecoder exported, int[][] rows, float[][] expected, ExportPrecision precision) =>
        Report(Pairs(exported, rows, expected), precision);

    /// <summary>[tokens, vocabulary] -> [tokens * vocabulary]; disposes of the tensor.</summary>
    internal static float[] Floats(torch.Tensor logits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.Tensor given = logits;
        return given.contiguous().data<float>().ToArray();
    }

    /// <summary>
    /// Tolerance in units of the logits' spread, where logits that have nothing to do with the model would be at 1.4 (root mean square).
    /// int8 and int4 are compared with the trainer under the rounded weights, so that what is left is the rounding of activations: 0.02 to
    /// 0.1 was measured; with one wrong matrix it is 0.5 and more.
    /// </summary>
    public static (double Tolerance, ParityMeasure Measure) ToleranceOf(ExportPrecision precision) => precision switch
    {
        ExportPrecision.Float32 => (1e-3, ParityMeasure.Largest),
        ExportPrecision.Float16 => (0.02, ParityMeasure.RootMeanSquare),
        ExportPrecision.BFloat16 => (0.15, ParityMeasure.RootMeanSquare),
        _ => (0.25, ParityMeasure.RootMeanSquare),
    };

    private static int[] Tokens(string modelFolder, int vocabulary)
    {
        int needed = s_lengths.Select((n, b) => b * Steps + n).Max();
        if (Tokenizer.IsIn(modelFolder))
        {
            int[] ids = Tokenizer.Load(modelFolder).Encode(Text.ReplaceLineEndings(" "));
            if (ids.Length >= needed && Array.TrueForAll(ids, id => id < vocabulary))
                return ids;
        }

        Random random = new(Seed);
        return [.. Enumerable.Range(0, needed).Select(_ => random.Next(vocabulary))];
    }

    private static List<(float[] Found, float[] Expected)> Pairs(OnnxDecoder exported, int[][] rows, float[][] expected)
    {
        int vocabulary = exported.VocabularySize;
        int[] prompts = [.. rows.Select(r => Math.Max(1, r.Length - Steps))];
        using CachedRun run = new(exported, rows.Length, rows.Max(r => r.Length));
        List<(float[] Found, float[] Expected)> pairs = [];
        float[][] logits = run.Step([.. rows.Select((r, b) => r[..prompts[b]])]);
        for (int b = 0; b < rows.Length; b++)
        {
            int first = prompts[b] - logits[b].Length / vocabulary;
            for (int t = first; t < prompts[b]; t++)
                pairs.Add((At(logits[b], t - first), At(expected[b], t)));
        }

        for (int step = 0; rows.Zip(prompts).All(r => r.Second + step < r.First.Length); step++)
        {
            logits = run.Step([.. rows.Select((r, b) => new[] { r[prompts[b] + step] })]);
            for (int b = 0; b < rows.Length; b++)
                pairs.Add((logits[b], At(expected[b], prompts[b] + step)));
        }

        return pairs;

        float[] At(float[] all, int position) => all[(position * vocabulary)..((position + 1) * vocabulary)];
    }

    private static ParityReport Report(List<(float[] Found, float[] Expected)> pairs, ExportPrecision precision)
    {
        double largest = 0;
        double squares = 0;
        double sum = 0;
        double sumOfSquares = 0;
        long count = 0;
        int same = 0;
        foreach ((float[] found, float[] expected) in pairs)
        {
            for (int i = 0; i < found.Length; i++)
            {
                double difference = (double)found[i] - expected[i];
                largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, Math.Abs(difference));
                squares += difference * difference;
                sum += expected[i];
                sumOfSquares += (double)expected[i] * expected[i];
            }

            count += found.Length;
            same += Best(found) == Best(expected) ? 1 : 0;
        }

        double mean = sum / count;
        (double tolerance, ParityMeasure measure) = ToleranceOf(precision);
        return new ParityReport(
            largest, Math.Sqrt(squares / count), Math.Sqrt(sumOfSquares / count - mean * mean), (double)same / pairs.Count, pairs.Count,
            tolerance, measure);
    }

    private static int Best(float[] logits) => Array.IndexOf(logits, logits.Max());
}
