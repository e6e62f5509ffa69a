namespace TraceFast.Training.Reference;

/// <summary>Summed log-probabilities under the reference model.</summary>
/// <param name="key">Hash of everything that determines them to the bit.</param>
/// <param name="content">Hash of what they mean: model, adapter, records and roles, whatever the machine.</param>
/// <param name="roles">Sequences of each record.</param>
/// <param name="values">[records x roles] in nats.</param>
public sealed class ReferenceLogProbs(string key, string content, int roles, double[] values)
{
    public string Key { get; } = key;

    public string Content { get; } = content;

    /// <summary>The sums of one record's sequences, in the objective's order.</summary>
    /// <param name="place">The record's place in the data set.</param>
    public ReadOnlySpan<double> Of(int place) => values.AsSpan(place * roles, roles);
}
