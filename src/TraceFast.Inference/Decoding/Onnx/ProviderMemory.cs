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
    private readonly TensorElementType type;
    private readonly int size;
    private readonly OrtMemoryInfo info;
    private readonly OrtAllocator allocator;
    private readonly OrtMemoryAllocation allocation;
    private readonly InferenceSession copier;
    private readonly RunOptions options = new();

    /// <param name="session">Where the memory is used.</param>
    /// <param name="info">The device's memory.</param>
    /// <param name="copier">A session of <see cref="CopyGraph"/> on the same device; stays the caller's.</param>
    /// <param name="type">Of the elements.</param>
    /// <param name="count">Of the elements; at most 4 GiB in all.</param>
    public ProviderMemory(InferenceSession session, OrtMemoryInfo info, InferenceSession copier, TensorElementType type, long count)
    {
        (this.type, this.info, this.copier, size) = (type, info, copier, ElementSize.Of(type));
        if (count * size > uint.MaxValue)
            throw new OnnxModelException("keys and values", $"found {count * size} bytes for one layer's keys, expected at most {uint.MaxValue}; use a smaller --batch or --max-new-tokens");
        allocator = new OrtAllocator(session, info);
        allocation = allocator.Allocate((uint)(count * size));
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
        OrtValue.CreateTensorValueWithData(info, type, shape, allocation.DangerousGetHandle() + (nint)(start * size), shape.Aggregate(1L, (a, b) => a * b) * size);

    public void Copy(long from, long to, long elements)
    {
        using OrtValue x = Tensor(from, elements), y = Tensor(to, elements);
        using OrtIoBinding binding = copier.CreateIoBinding();
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        copier.RunWithBinding(options, binding);
        binding.SynchronizeBoundOutputs();
    }

    public void Dispose()
    {
        allocation.Dispose();
        allocator.Dispose();
        options.Dispose();
    }

    private static ValueInfoProto Named(string name, TensorElementType type)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "n" });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
