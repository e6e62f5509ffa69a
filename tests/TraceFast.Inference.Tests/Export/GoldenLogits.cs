namespace TraceFast.Inference.Tests.Export;

/// <summary>Rows of tokens, and transformers' float32 logits after each.</summary>
internal sealed class GoldenLogits
{
    private readonly double[] _logits;
    private readonly int _width;

    private GoldenLogits(OracleTensors file)
    {
        long[] shape = file.Shape("logits_f32");
        (_width, Vocabulary) = ((int)shape[1], (int)shape[2]);
        _logits = file.Values("logits_f32");
        double[] ids = file.Values("input_ids");
        double[] mask = file.Values("attention_mask");
        Rows = [.. Enumerable.Range(0, (int)shape[0]).Select(b =>
            ids.AsSpan(b * _width, mask.AsSpan(b * _width, _width).Count(1)).ToArray().Select(id => (int)id).ToArray())];
        double[] real = [.. Rows.SelectMany((row, b) => Enumerable.Range(0, row.Length).SelectMany(t => After(b, t).ToArray()))];
        double mean = real.Average();
        Spread = Math.Sqrt(real.Average(l => (l - mean) * (l - mean)));
    }

    public int[][] Rows { get; }

    public int Vocabulary { get; }

    /// <summary>Standard deviation of all logits.</summary>
    public double Spread { get; }

    public static GoldenLogits Of(string kind, string name) =>
        new(new OracleTensors(Path.Combine(OracleCases.Folder(kind, name), "golden.safetensors")));

    /// <summary>[vocabulary] after token t of row b.</summary>
    public ReadOnlySpan<double> After(int b, int t) => _logits.AsSpan((b * _width + t) * Vocabulary, Vocabulary);

    /// <summary>
    /// Largest difference of <paramref name="found"/> [tokens * vocabulary] from the logits of row b from token <paramref name="first"/>
    /// on.
    /// </summary>
    public double Difference(int b, int first, ReadOnlySpan<float> found)
    {
        ReadOnlySpan<double> expected = _logits.AsSpan((b * _width + first) * Vocabulary, found.Length);
        double largest = 0;
        for (int i = 0; i < found.Length; i++)
            largest = double.IsNaN(found[i]) ? double.PositiveInfinity : Math.Max(largest, Math.Abs(found[i] - expected[i]));
        return largest;
    }
}
