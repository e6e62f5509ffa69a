namespace TraceFast.Models.Weights;

/// <summary>One stored matrix or vector of a model; tied embeddings are one parameter.</summary>
/// <param name="name">Its name in the model's files.</param>
/// <param name="storedType">The element type it is stored in, and saved in again.</param>
/// <param name="value">Its values: in the compute dtype when frozen, float32 (float64 under float64) when trained.</param>
internal sealed class Parameter(string name, torch.ScalarType storedType, torch.Tensor value) : IDisposable
{
    public string Name { get; } = name;

    public torch.ScalarType StoredType { get; } = storedType;

    public torch.Tensor Value { get; } = value;

    public void Dispose() => Value.Dispose();
}
