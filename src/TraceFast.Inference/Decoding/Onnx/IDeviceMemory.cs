using Microsoft.ML.OnnxRuntime;

namespace TraceFast.Inference.Decoding.Onnx;

/// <summary>Memory on the device where a model runs.</summary>
internal interface IDeviceMemory : IDisposable
{
    /// <summary>A part as a tensor; the memory stays this object's.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="shape">Of the tensor.</param>
    OrtValue Tensor(long start, params long[] shape);

    /// <summary>Copies elements within the memory; the two parts do not overlap.</summary>
    void Copy(long from, long to, long elements);
}
