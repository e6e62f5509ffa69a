using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;

namespace TraceFast.Inference.Decoding.Onnx;

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

    /// <param name="session">Where the memory is used.</param>
    /// <param name="info">The device's memory.</param>
    /// <param name="copier">A session of <see cref="CopyGraph"/> on the same device; stays the caller's.</param>
    /// <param name="type">Of the elements.</param>
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
