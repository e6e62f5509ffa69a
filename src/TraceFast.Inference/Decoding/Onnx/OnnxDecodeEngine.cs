using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Export.Graph;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>
/// An exported decoder over preallocated keys and values, which a run reads as past and writes as present in place: nothing is copied. A
/// row's part is contiguous, so a prefill takes that part alone as a batch of one (GroupQueryAttention allows several tokens after a past
/// at batch 1 only); a step of n rows takes the first n. The head computes one position for each row of a step, and none in a prefill.
/// </summary>
public sealed class OnnxDecodeEngine : IDecodeEngine
{
    private readonly OnnxDecoder _decoder;
    private readonly KeyValueCache _cache;
    private readonly LogitsBuffer _logits;
    private readonly HostMemory _ids, _mask, _last;
    private readonly RunOptions _options = new();

    /// <summary>By row, and by number of rows.</summary>
    private readonly OrtIoBinding?[] _prefills, _steps;

    /// <param name="decoder">Stays the caller's.</param>
    /// <exception cref="OnnxModelException">The model's context is shorter.</exception>
    public OnnxDecodeEngine(OnnxDecoder decoder, int rows, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (maxLength < 2 || maxLength > decoder.ContextLength)
            throw new OnnxModelException(
                decoder.Folder, $"found {maxLength} tokens a row, expected 2 to the model's context of {decoder.ContextLength}");
        _decoder = decoder;
        (Rows, MaxLength) = (rows, maxLength);
        _cache = new KeyValueCache(decoder, rows, maxLength);
        _logits = new LogitsBuffer(decoder, rows);
        _ids = new HostMemory(TensorElementType.Int64, Math.Max(rows, maxLength));
        _mask = new HostMemory(TensorElementType.Int64, (long)rows * maxLength);
        _last = new HostMemory(TensorElementType.Int64, rows);
        _last.Span<long>(0, rows).Clear();
        _prefills = new OrtIoBinding?[rows];
        _steps = new OrtIoBinding?[rows + 1];
    }

    public int Rows { get; }

    public int MaxLength { get; }

    public void Prefill(int row, int start, ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + tokens.Length, MaxLength, nameof(tokens));
        OrtIoBinding binding = _prefills[row] ??= Bound(row, 1);
        Widen(tokens, _ids.Span<long>(0, tokens.Length));
        _mask.Span<long>(0, start + tokens.Length).Fill(1);
        using OrtValue mapped = _mask.Tensor(0, 1, start + tokens.Length);
        if (_decoder.SelectsPositions)
        {
            using OrtValue none = _logits.Tensor(1, 0);
            binding.BindOutput(GraphIo.Logits, none);
        }
        else
        {
            binding.BindOutputToDevice(GraphIo.Logits, OrtMemoryInfo.DefaultInstance);
        }
        Run(binding, 1, tokens.Length, positions: 0, mapped);
    }

    public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        int rows = tokens.Length, width = 0;
        foreach (int position in positions)
            width = Math.Max(width, position + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxLength, nameof(positions));
        OrtIoBinding binding = _steps[rows] ??= Bound(0, rows);
        Widen(tokens, _ids.Span<long>(0, rows));
        for (int row = 0; row < rows; row++)
        {
            Span<long> ones = _mask.Span<long>((long)row * width, width);
            ones[..(positions[row] + 1)].Fill(1);
            ones[(positions[row] + 1)..].Clear();
        }
        using OrtValue mapped = _mask.Tensor(0, rows, width);
        using OrtValue next = _logits.Tensor(rows, 1);
        binding.BindOutput(GraphIo.Logits, next);
        Run(binding, rows, 1, positions: 1, mapped);
    }

    public Span<float> Logits(int row) => _logits.Row(row);

    public void CopyRow(int from, int to, int length) => _cache.CopyRow(from, to, length);

    public void Dispose()
    {
        foreach (OrtIoBinding? binding in _prefills.Concat(_steps))
            binding?.Dispose();
        foreach (HostMemory memory in new[] { _ids, _mask, _last })
            memory.Dispose();
        _logits.Dispose();
        _cache.Dispose();
        _options.Dispose();
    }

    private OrtIoBinding Bound(int firstRow, int rows)
    {
        OrtIoBinding binding = _decoder.Session.CreateIoBinding();
        _cache.Bind(binding, firstRow, rows);
        return binding;
    }

    private void Run(OrtIoBinding binding, int batch, int sequence, int positions, OrtValue maskTensor)
    {
        using OrtValue tokens = _ids.Tensor(0, batch, sequence);
        binding.BindInput(GraphIo.InputIds, tokens);
        binding.BindInput(GraphIo.AttentionMask, maskTensor);
        using OrtValue selected = _last.Tensor(0, batch, positions);
        if (_decoder.SelectsPositions)
            binding.BindInput(GraphIo.LogitPositions, selected);
        try
        {
            _decoder.Session.RunWithBinding(_options, binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxModelException(
                _decoder.Folder, $"ONNX Runtime failed on {batch} rows of {sequence} tokens: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void Widen(ReadOnlySpan<int> from, Span<long> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = from[i];
    }
}

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
