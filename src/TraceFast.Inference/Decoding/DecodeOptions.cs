namespace TraceFast.Inference.Decoding;

/// <summary>When a place that became free is taken again.</summary>
public enum Batching
{
    /// <summary>At once, by the next request (Yu et al. 2022, "Orca"); without one, the rows that go on move together.</summary>
    Continuous,

    /// <summary>
    /// When all rows have ended; until then a row that ended is computed along. What a padded batch does: for comparison.
    /// </summary>
    Static,
}

/// <summary>How requests share the engine. None of it changes a result.</summary>
public sealed record DecodeOptions
{
    /// <summary>Most rows of one step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Most tokens of a prompt that are computed at once; bounds the memory of a long prompt.</summary>
    public int ChunkLength { get; init; } = 512;

    public Batching Batching { get; init; }

    /// <summary>Called after each step, between computations.</summary>
    public Action? Stepped { get; init; }

    /// <summary>Threads that choose tokens, a row each.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
