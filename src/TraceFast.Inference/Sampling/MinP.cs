using System.Numerics.Tensors;

namespace TraceFast.Inference.Sampling;

/// <summary>
/// Leaves out the tokens whose probability is below min_p times that of the most probable one: exp(l_i - max l) &lt; min_p
/// (Nguyen et al. 2024, "Turning up the heat: min-p sampling"). As MinPLogitsWarper in transformers' generation/logits_process.py.
/// </summary>
public sealed class MinP(double minP) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        float least = (float)(TensorPrimitives.Max<float>(logits) + Math.Log(minP));
        foreach (ref float logit in logits)
            if (logit < least)
                logit = float.NegativeInfinity;
    }
}
