using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>Memory on the device where a model runs.</summary>
internal interface IDeviceMemory : IDisposable
{
    /// <summary>A part as a tensor; the memory stays this object's.</summary>
    OrtValue Tensor(long start, params long[] shape);

    /// <summary>Copies elements within the memory; the two parts do not overlap.</summary>
    void Copy(long from, long to, long elements);
}

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

/// <summary>
/// Memory that a session's provider allocated on its device. ONNX Runtime's C# API has no copy within a device in every version that is
/// supported; a graph of one Identity node, whose input and output are bound to the two parts, is one.
/// </summary>
internal sealed class ProviderMemory : IDeviceMemory
{
    private readonly TensorElementType _type;
    private readonly int _size;
    private readonly OrtMemoryInfo _info;
    private readonly OrtAllocator _allocator;
    private readonly OrtMemoryAllocation _allocation;
    private readonly InferenceSession _copier;
    private readonly RunOptions _options = new();

    /// <param name="copier">A session of <see cref="CopyGraph"/> on the same device; stays the caller's.</param>
    /// <param name="count">Of the elements; at most 4 GiB in all.</param>
    public ProviderMemory(InferenceSession session, OrtMemoryInfo info, InferenceSession copier, TensorElementType type, long count)
    {
        (_type, _info, _copier, _size) = (type, info, copier, ElementSize.Of(type));
        if (count * _size > uint.MaxValue)
            throw new OnnxModelException(
                "keys and values",
                $"found {count * _size} bytes for one layer's keys, expected at most {uint.MaxValue}; use a smaller --batch or "
                    + "--max-new-tokens");
        _allocator = new OrtAllocator(session, info);
        _allocation = _allocator.Allocate((uint)(count * _size));
    }

    /// <summary>x -> y, equal to it.</summary>
    public static byte[] CopyGraph(TensorElementType type)
    {
        ModelProto model = new() { IrVersion = 10, Graph = new GraphProto { Name = "copy" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 21 });
        model.Graph.Input.Add(Named("x", type));
        model.Graph.Output.Add(Named("y", type));
        model.Graph.Node.Add(new NodeProto { OpType = "Identity", Name = "copy", Input = { "x" }, Output = { "y" } });
        return model.ToByteArray();
    }

    public OrtValue Tensor(long start, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(
            _info, _type, shape, _allocation.DangerousGetHandle() + (nint)(start * _size), shape.Aggregate(1L, (a, b) => a * b) * _size);

    public void Copy(long from, long to, long elements)
    {
        using OrtValue x = Tensor(from, elements), y = Tensor(to, elements);
        using OrtIoBinding binding = _copier.CreateIoBinding();
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        _copier.RunWithBinding(_options, binding);
        binding.SynchronizeBoundOutputs();
    }

    public void Dispose()
    {
        _allocation.Dispose();
        _allocator.Dispose();
        _options.Dispose();
    }

    private static ValueInfoProto Named(string name, TensorElementType type)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "n" });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}

internal static class ElementSize
{
    /// <summary>Bytes of an element.</summary>
    public static int Of(TensorElementType type) => type switch
    {
        TensorElementType.Int64 => 8,
        TensorElementType.Float => 4,
        TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        _ => throw new OnnxModelException("model.onnx", $"found elements of type {type}, expected float32, float16 or bfloat16"),
    };
}
