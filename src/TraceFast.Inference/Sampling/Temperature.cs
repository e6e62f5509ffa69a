using System.Numerics.Tensors;

namespace TraceFast.Inference.Sampling;

/// <summary>l_i = l_i / temperature. As TemperatureLogitsWarper in transformers' generation/logits_process.py.</summary>
public sealed class Temperature(float temperature) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context) => TensorPrimitives.Divide(logits, temperature, logits);
}
