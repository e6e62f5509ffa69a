using Onnx;

namespace TraceFast.Inference.Export.Format;

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
