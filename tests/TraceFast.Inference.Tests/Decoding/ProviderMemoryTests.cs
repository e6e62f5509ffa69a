using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Inference.Decoding.Onnx;

namespace TraceFast.Inference.Tests.Decoding;

/// <summary>The memory that a provider gives, here the CPU's: where there is no other device the same calls run on it.</summary>
public class ProviderMemoryTests
{
    [Theory]
    [InlineData(TensorElementType.Float)]
    [InlineData(TensorElementType.Float16)]
    public void Parts_are_copied_within_it(TensorElementType type)
    {
        using InferenceSession copier = new(ProviderMemory.CopyGraph(type));
        using ProviderMemory memory = new(copier, OrtMemoryInfo.DefaultInstance, copier, type, 64);
        int size = ElementSize.Of(type);
        using OrtValue whole = memory.Tensor(0, 64);
        Span<byte> bytes = whole.GetTensorMutableRawData();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)i;
        memory.Copy(from: 3, to: 40, elements: 17);
        for (int i = 0; i < bytes.Length; i++)
        {
            int from = i >= 40 * size && i < 57 * size ? i - 37 * size : i;
            Assert.Equal((byte)from, bytes[i]);
        }
    }
}
