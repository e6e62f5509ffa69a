using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>The logits of a step, [rows, vocabulary], in the model's element type and as float32.</summary>
internal sealed class LogitsBuffer : IDisposable
{
    private readonly OnnxDecoder _decoder;
    private readonly HostMemory _memory;
    private readonly float[] _widened;

    public LogitsBuffer(OnnxDecoder decoder, int rows)
    {
        _decoder = decoder;
        _memory = new HostMemory(decoder.ElementType, (long)rows * decoder.VocabularySize);
        _widened = decoder.ElementType == TensorElementType.Float ? [] : new float[rows * decoder.VocabularySize];
    }

    /// <summary>[batch, positions, vocabulary] from the start of the buffer.</summary>
    public OrtValue Tensor(int batch, int positions) => _memory.Tensor(0, batch, positions, _decoder.VocabularySize);

    public Span<float> Row(int row)
    {
        int vocabulary = _decoder.VocabularySize;
        long start = (long)row * vocabulary;
        if (_decoder.ElementType == TensorElementType.Float)
            return _memory.Span<float>(start, vocabulary);
        Span<float> wide = _widened.AsSpan(row * vocabulary, vocabulary);
        if (_decoder.ElementType == TensorElementType.Float16)
            TensorPrimitives.ConvertToSingle(_memory.Span<Half>(start, vocabulary), wide);
        else
            Widen(_memory.Span<ushort>(start, vocabulary), MemoryMarshal.Cast<float, uint>(wide));
        return wide;
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>bfloat16 is the upper half of float32.</summary>
    private static void Widen(ReadOnlySpan<ushort> halves, Span<uint> floats)
    {
        for (int i = 0; i < halves.Length; i++)
            floats[i] = (uint)halves[i] << 16;
    }
}
