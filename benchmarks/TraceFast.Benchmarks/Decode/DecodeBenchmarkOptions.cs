using TraceFast.Inference.Sessions;

namespace TraceFast.Benchmarks.Decode;

/// <summary>What is measured.</summary>
public sealed record DecodeBenchmarkOptions
{
    /// <summary>Folder of an exported model.</summary>
    public required string ModelFolder { get; init; }

    public SessionSettings Session { get; init; } = new();

    /// <summary>Rows of a step, one measurement each.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, 8, 32];

    /// <summary>Requests of a measurement, as a multiple of its batch.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Prompt lengths are drawn evenly from these, both included.</summary>
    public (int Least, int Most) PromptLengths { get; init; } = (50, 500);

    public int NewTokens { get; init; } = 128;

    /// <summary>JSON list of [prompt, new] token counts in place of drawn ones; all of them are decoded at each batch.</summary>
    public string? LengthsFile { get; init; }

    /// <summary>Measures a static batch too.</summary>
    public bool Static { get; init; }

    public int ChunkLength { get; init; } = 512;

    /// <summary>Of the lengths and token ids.</summary>
    public int Seed { get; init; }
}
