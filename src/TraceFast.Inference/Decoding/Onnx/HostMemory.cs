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

    private readonly TensorElementType type;
    private readonly long count;
    private readonly int size;

    public HostMemory(TensorElementType type, long count)
        : base(0, ownsHandle: true)
    {
        (this.type, this.count, size) = (type, count, ElementSize.Of(type));
        try
        {
            SetHandle((nint)NativeMemory.AlignedAlloc((nuint)(count * size), Alignment));
        }
        catch (OutOfMemoryException e)
        {
            throw new OnnxModelException("keys and values", $"the system gives no further {(count * size) >> 20} MiB; use a smaller --batch or --max-new-tokens", e);
        }
    }

    public override bool IsInvalid => handle == 0;

    public OrtValue Tensor(long start, params long[] shape)
    {
        long elements = shape.Aggregate(1L, (a, b) => a * b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + elements, count);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, handle + (nint)(start * size), elements * size);
    }

    public void Copy(long from, long to, long elements)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(from, to) + elements, count);
        Buffer.MemoryCopy((byte*)handle + from * size, (byte*)handle + to * size, elements * size, elements * size);
    }

    public Span<T> Span<T>(long start, int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((start + length) * sizeof(T), count * size);
        return new Span<T>((T*)handle + start, length);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
