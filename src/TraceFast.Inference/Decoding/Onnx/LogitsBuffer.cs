using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>The logits of a step, [rows, vocabulary], in the model's element type and as float32.</summary>
internal sealed class LogitsBuffer : IDisposable
{
    private readonly OnnxDecoder decoder;
    private readonly HostMemory memory;
    private readonly float[] widened;

    public LogitsBuffer(OnnxDecoder decoder, int rows)
    {
        this.decoder = decoder;
        memory = new HostMemory(decoder.ElementType, (long)rows * decoder.VocabularySize);
        widened = decoder.ElementType == TensorElementType.Float ? [] : new float[rows * decoder.VocabularySize];
    }

    /// <summary>[batch, positions, vocabulary] from the start of the buffer.</summary>
    public OrtValue Tensor(int batch, int positions) => memory.Tensor(0, batch, positions, decoder.VocabularySize);

    public Span<float> Row(int row)
    {
        int vocabulary = decoder.VocabularySize;
        long start = (long)row * vocabulary;
        if (decoder.ElementType == TensorElementType.Float)
            return memory.Span<float>(start, vocabulary);
        Span<float> wide = widened.AsSpan(row * vocabulary, vocabulary);
        if (decoder.ElementType == TensorElementType.Float16)
            TensorPrimitives.ConvertToSingle(memory.Span<Half>(start, vocabulary), wide);
        else
            Widen(memory.Span<ushort>(start, vocabulary), MemoryMarshal.Cast<float, uint>(wide));
        return wide;
    }

    public void Dispose() => memory.Dispose();

    /// <summary>bfloat16 is the upper half of float32.</summary>
    private static void Widen(ReadOnlySpan<ushort> halves, Span<uint> floats)
    {
        for (int i = 0; i < halves.Length; i++)
            floats[i] = (uint)halves[i] << 16;
    }
}
