using Onnx;

namespace TraceFast.Inference.Export.Format;

/// <summary>A tensor of the model: its entry, and its values when their turn to be written comes.</summary>
/// <param name="Write">Writes exactly <see cref="ByteCount"/> bytes, little-endian, row-major.</param>
internal sealed record TensorData(string Name, TensorProto.Types.DataType Type, long[] Dims, Action<Stream> Write)
{
    private const long ChunkBytes = 64L << 20;

    public long ByteCount => Dims.Aggregate((long)ElementTypes.Size(Type), (a, b) => checked(a * b));

    /// <summary>Floating-point values, made as float32 and stored as <paramref name="type"/>.</summary>
    /// <param name="type">FLOAT, FLOAT16 or BFLOAT16.</param>
    /// <param name="values">Makes the values; disposed of here.</param>
    public static TensorData Of(string name, TensorProto.Types.DataType type, long[] dims, Func<torch.Tensor> values) =>
        new(name, type, dims, stream =>
        {
            using IDisposable _ = torch.no_grad();
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor made = values();
            if (!made.shape.AsSpan().SequenceEqual(dims))
                throw new InvalidOperationException(
                    $"{name}: created [{string.Join(", ", made.shape)}] where [{string.Join(", ", dims)}] was announced");
            WriteValues(stream, name, made, type);
        });

    public static TensorData Of(string name, TensorProto.Types.DataType type, long[] dims, Func<byte[]> values) =>
        new(name, type, dims, stream => stream.Write(values()));

    private static void WriteValues(Stream stream, string name, torch.Tensor values, TensorProto.Types.DataType type)
    {
        torch.Tensor flat = values.contiguous().reshape(-1);
        long count = flat.shape[0];
        const long perChunk = ChunkBytes / sizeof(float);
        for (long at = 0; at < count; at += perChunk)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor chunk = flat.narrow(0, at, Math.Min(perChunk, count - at)).to(ElementTypes.Torch(type)).contiguous();
            if (type == TensorProto.Types.DataType.Float16 && !chunk.isfinite().all().item<bool>())
                throw new OnnxModelException(name, "holds values beyond float16's range (65504); export in float32 or bfloat16");
            stream.Write(chunk.bytes);
        }
    }
}

/// <summary>Element types of ONNX tensors: sizes, and their counterparts in libtorch.</summary>
internal static class ElementTypes
{
    public static int Size(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Uint8 => 1,
        TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Bfloat16 => 2,
        TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Int32 => 4,
        TensorProto.Types.DataType.Int64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no tensor of this type is exported"),
    };

    public static torch.ScalarType Torch(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Float => torch.ScalarType.Float32,
        TensorProto.Types.DataType.Float16 => torch.ScalarType.Float16,
        TensorProto.Types.DataType.Bfloat16 => torch.ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "expected a floating-point type"),
    };

    /// <summary>The type of activations, keys, values, logits and unquantized weights.</summary>
    public static TensorProto.Types.DataType Of(ExportPrecision precision) => precision switch
    {
        ExportPrecision.Float16 => TensorProto.Types.DataType.Float16,
        ExportPrecision.BFloat16 => TensorProto.Types.DataType.Bfloat16,
        _ => TensorProto.Types.DataType.Float,
    };
}
