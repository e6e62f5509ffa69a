using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Export.Graph;

namespace TraceFast.Inference.Sessions;

/// <summary>
/// Runs a decoder over rows of differing lengths with one preallocated cache that past and present share: first a step with the prompts,
/// then steps with one token for each row. The plain way to use an exported model, for checks.
/// </summary>
public sealed class CachedRun : IDisposable
{
    private readonly OnnxDecoder decoder;
    private readonly int batch;
    private readonly int capacity;
    private readonly OrtIoBinding binding;
    private readonly RunOptions options = new();
    private readonly List<OrtValue> cache = [];
    private readonly int[] lengths;

    /// <param name="decoder">The model.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="capacity">The most tokens that a row gets; at most the model's context length.</param>
    public CachedRun(OnnxDecoder decoder, int batch, int capacity)
    {
        if (capacity > decoder.ContextLength)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"the model's rotary tables end at {decoder.ContextLength} positions");
        this.decoder = decoder;
        this.batch = batch;
        this.capacity = capacity;
        lengths = new int[batch];
        binding = decoder.Session.CreateIoBinding();
        long[] shape = [batch, decoder.KeyValueHeadCount, capacity, decoder.HeadSize];
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            Share(GraphIo.PastKey(layer), GraphIo.PresentKey(layer), shape);
            Share(GraphIo.PastValue(layer), GraphIo.PresentValue(layer), shape);
        }
    }

    /// <summary>Gives an adapter's matrix in place of the graph's default.</summary>
    public void BindAdapter(string input, OrtValue value) => binding.BindInput(input, value);

    /// <summary>Runs the next tokens of every row; after the first step each row has exactly one, or, at batch 1, any number.</summary>
    /// <param name="rows">[batch] the tokens of each.</param>
    /// <param name="everyPosition">At batch 1, where the graph takes positions: logits after each token all the same.</param>
    /// <returns>
    /// [batch][tokens * vocabulary] the logits after each token, or, where the graph takes positions, [batch][vocabulary] after the last.
    /// </returns>
    public float[][] Step(IReadOnlyList<int[]> rows, bool everyPosition = false)
    {
        int width = rows.Max(r => r.Length);
        long[] ids = new long[batch * width];
        long[] last = new long[batch];
        for (int b = 0; b < batch; b++)
        {
            for (int t = 0; t < rows[b].Length; t++)
                ids[b * width + t] = rows[b][t];
            lengths[b] += rows[b].Length;
            last[b] = rows[b].Length - 1;
        }

        int total = lengths.Max();
        if (total > capacity)
            throw new ArgumentException($"{total} tokens in a cache of {capacity}", nameof(rows));
        long[] mask = new long[batch * total];
        for (int b = 0; b < batch; b++)
            Array.Fill(mask, 1, b * total, lengths[b]);
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, [batch, width]);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, [batch, total]);
        if (everyPosition)
            last = [.. Enumerable.Range(0, width).Select(i => (long)i)];
        using OrtValue lastValue = OrtValue.CreateTensorValueFromMemory(last, [batch, last.Length / batch]);
        binding.BindInput(GraphIo.InputIds, idsValue);
        binding.BindInput(GraphIo.AttentionMask, maskValue);
        if (decoder.SelectsPositions)
            binding.BindInput(GraphIo.LogitPositions, lastValue);
        int positions = decoder.SelectsPositions ? last.Length / batch : width;
        using OrtValue logits = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, decoder.ElementType, [batch, positions, decoder.VocabularySize]);
        binding.BindOutput(GraphIo.Logits, logits);
        decoder.Session.RunWithBinding(options, binding);
        return [.. Enumerable.Range(0, batch).Select(b => Floats(logits, b * positions, decoder.SelectsPositions ? positions : rows[b].Length))];
    }

    public void Dispose()
    {
        cache.ForEach(v => v.Dispose());
        options.Dispose();
        binding.Dispose();
    }

    private void Share(string past, string present, long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, decoder.KeyValueType, shape);
        cache.Add(value);
        binding.BindInput(past, value);
        binding.BindOutput(present, value);
    }

    private float[] Floats(OrtValue logits, int firstPosition, int positions)
    {
        int vocabulary = decoder.VocabularySize;
        Range range = (firstPosition * vocabulary)..((firstPosition + positions) * vocabulary);
        return decoder.ElementType switch
        {
            TensorElementType.Float => logits.GetTensorDataAsSpan<float>()[range].ToArray(),
            TensorElementType.Float16 => Array.ConvertAll(logits.GetTensorDataAsSpan<Float16>()[range].ToArray(), h => (float)h),
            TensorElementType.BFloat16 => Array.ConvertAll(logits.GetTensorDataAsSpan<Microsoft.ML.OnnxRuntime.BFloat16>()[range].ToArray(), h => (float)h),
            TensorElementType other => throw new OnnxModelException(decoder.Folder, $"logits are {other}, expected float32, float16 or bfloat16"),
        };
    }
}
