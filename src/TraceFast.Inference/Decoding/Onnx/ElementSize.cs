using Microsoft.ML.OnnxRuntime.Tensors;

namespace TraceFast.Inference.Decoding.Onnx;

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
