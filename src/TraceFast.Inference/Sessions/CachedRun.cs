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
    private readonly OnnxDecoder _decoder;
    private readonly int _batch;
    private readonly int _capacity;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _cache = [];
    private readonly int[] _lengths;

    /// <param name="capacity">The most tokens that a row gets; at most the model's context length.</param>
    public CachedRun(OnnxDecoder decoder, int batch, int capacity)
    {
        if (capacity > decoder.ContextLength)
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity, $"the model's rotary tables end at {decoder.ContextLength} positions");
        _decoder = decoder;
        _batch = batch;
        _capacity = capacity;
        _lengths = new int[batch];
        _binding = decoder.Session.CreateIoBinding();
        long[] shape = [batch, decoder.KeyValueHeadCount, capacity, decoder.HeadSize];
        for (int layer = 0; layer < decoder.LayerCount; layer++)
        {
            Share(GraphIo.PastKey(layer), GraphIo.PresentKey(layer), shape);
            Share(GraphIo.PastValue(layer), GraphIo.PresentValue(layer), shape);
        }
    }

    /// <summary>Gives an adapter's matrix in place of the graph's default.</summary>
    public void BindAdapter(string input, OrtValue value) => _binding.BindInput(input, value);

    /// <summary>Runs the next tokens of every row; after the first step each row has exactly one, or, at batch 1, any number.</summary>
    /// <param name="everyPosition">At batch 1, where the graph takes positions: logits after each token all the same.</param>
    /// <returns>
    /// [batch][tokens * vocabulary] the logits after each token, or, where the graph takes positions, [batch][vocabulary] after the last.
    /// </returns>
    public float[][] Step(IReadOnlyList<int[]> rows, bool everyPosition = false)
    {
        int width = rows.Max(r => r.Length);
        long[] ids = new long[_batch * width];
        long[] last = new long[_batch];
        for (int b = 0; b < _batch; b++)
        {
            for (int t = 0; t < rows[b].Length; t++)
                ids[b * width + t] = rows[b][t];
            _lengths[b] += rows[b].Length;
            last[b] = rows[b].Length - 1;
        }

        int total = _lengths.Max();
        if (total > _capacity)
            throw new ArgumentException($"{total} tokens in a cache of {_capacity}", nameof(rows));
        long[] mask = new long[_batch * total];
        for (int b = 0; b < _batch; b++)
            Array.Fill(mask, 1, b * total, _lengths[b]);
        using OrtValue idsValue = OrtValue.CreateTensorValueFromMemory(ids, [_batch, width]);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, [_batch, total]);
        if (everyPosition)
            last = [.. Enumerable.Range(0, width).Select(i => (long)i)];
        using OrtValue lastValue = OrtValue.CreateTensorValueFromMemory(last, [_batch, last.Length / _batch]);
        _binding.BindInput(GraphIo.InputIds, idsValue);
        _binding.BindInput(GraphIo.AttentionMask, maskValue);
        if (_decoder.SelectsPositions)
            _binding.BindInput(GraphIo.LogitPositions, lastValue);
        int positions = _decoder.SelectsPositions ? last.Length / _batch : width;
        using OrtValue logits = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, _decoder.ElementType, [_batch, positions, _decoder.VocabularySize]);
        _binding.BindOutput(GraphIo.Logits, logits);
        _decoder.Session.RunWithBinding(_options, _binding);
        return [.. Enumerable.Range(0, _batch)
            .Select(b => Floats(logits, b * positions, _decoder.SelectsPositions ? positions : rows[b].Length))];
    }

    public void Dispose()
    {
        _cache.ForEach(v => v.Dispose());
        _options.Dispose();
        _binding.Dispose();
    }

    private void Share(string past, string present, long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, _decoder.KeyValueType, shape);
        _cache.Add(value);
        _binding.BindInput(past, value);
        _binding.BindOutput(present, value);
    }

    private float[] Floats(OrtValue logits, int firstPosition, int positions)
    {
        int vocabulary = _decoder.VocabularySize;
        Range range = (firstPosition * vocabulary)..((firstPosition + positions) * vocabulary);
        return _decoder.ElementType switch
        {
            TensorElementType.Float => logits.GetTensorDataAsSpan<float>()[range].ToArray(),
            TensorElementType.Float16 => Array.ConvertAll(logits.GetTensorDataAsSpan<Float16>()[range].ToArray(), h => (float)h),
            TensorElementType.BFloat16 =>
                Array.ConvertAll(logits.GetTensorDataAsSpan<Microsoft.ML.OnnxRuntime.BFloat16>()[range].ToArray(), h => (float)h),
            TensorElementType other =>
                throw new OnnxModelException(_decoder.Folder, $"logits are {other}, expected float32, float16 or bfloat16"),
        };
    }
}
