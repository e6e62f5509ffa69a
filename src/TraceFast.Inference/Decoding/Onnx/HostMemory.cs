using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>
/// Memory of the host, whose parts are tensors of a run. Large blocks come from the system page by page as they are written, so rows that
/// stay short take little.
/// </summary>
internal sealed unsafe class HostMemory : SafeHandle, IDeviceMemory
{
    /// <summary>A cache line, and the widest vector.</summary>
    private const int Alignment = 64;

    private readonly TensorElementType _type;
    private readonly long _count;
    private readonly int _size;

    public HostMemory(TensorElementType type, long count)
        : base(0, ownsHandle: true)
    {
        (_type, _count, _size) = (type, count, ElementSize.Of(type));
        try
        {
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)(count * _size), Alignment));
        }
        catch (OutOfMemoryException e)
        {
            throw new OnnxModelException(
                "keys and values", $"the system gives no further {(count * _size) >> 20} MiB; use a smaller --batch or --max-new-tokens",
                e);
        }
    }

    public override bool IsInvalid => handle == 0;

    public OrtValue Tensor(long start, params long[] shape)
    {
        long elements = shape.Aggregate(1L, (a, b) => a * b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + elements, _count);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, _type, shape, handle + (nint)(start * _size), elements * _size);
    }

    public void Copy(long from, long to, long elements)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(from, to) + elements, _count);
        Buffer.MemoryCopy((byte*)handle + from * _size, (byte*)handle + to * _size, elements * _size, elements * _size);
    }

    public Span<T> Span<T>(long start, int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((start + length) * sizeof(T), _count * _size);
        return new Span<T>((T*)handle + start, length);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
