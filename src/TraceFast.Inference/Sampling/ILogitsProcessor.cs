namespace TraceFast.Inference.Sampling;

/// <summary>
/// One step from a model's logits to the distribution that is drawn from. Holds no state: one instance serves rows in parallel.
/// </summary>
public interface ILogitsProcessor
{
    /// <param name="logits">[vocabulary], changed in place; a token that is left out gets negative infinity.</param>
    /// <param name="context">The ids so far: prompt and new tokens.</param>
    void Process(Span<float> logits, ReadOnlySpan<int> context);
}
