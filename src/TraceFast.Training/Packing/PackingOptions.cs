namespace TraceFast.Training.Packing;

/// <summary>How records are cut into packs and what they share.</summary>
/// <param name="TokenBudget">Most tokens of a pack; a record that alone holds more gets a pack of its own.</param>
public sealed record PackingOptions(int TokenBudget)
{
    /// <summary>
    /// Fewest tokens that x1 and x2 of a quad must begin with in common for that beginning to become a shared parent of both
    /// (three levels: beginning, rest of the prompt, response); 0 shares none. A segment costs the attention one more block
    /// boundary and saves its tokens in every layer, which pays from a few tokens on.
    /// </summary>
    public int MinimumSharedPrefix { get; init; } = 16;

    /// <summary>Whether records of a pack that begin with the same prompt share it.</summary>
    public bool ShareAcrossRecords { get; init; } = true;
}
