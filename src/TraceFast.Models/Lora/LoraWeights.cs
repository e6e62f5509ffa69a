namespace TraceFast.Models.Lora;

/// <summary>One module's adapter: y += Scaling (x A^T) B^T.</summary>
/// <param name="A">[r, inputs].</param>
/// <param name="B">[outputs, r].</param>
/// <param name="Scaling">alpha / r, or alpha / sqrt(r).</param>
internal sealed record LoraWeights(torch.Tensor A, torch.Tensor B, double Scaling) : IDisposable
{
    public int Rank => (int)A.shape[0];

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
