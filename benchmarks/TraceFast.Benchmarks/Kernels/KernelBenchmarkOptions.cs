namespace TraceFast.Benchmarks.Kernels;

/// <summary>What <c>bench kernels</c> hands to the program that measures.</summary>
public sealed record KernelBenchmarkOptions
{
    /// <summary>
    /// A pattern with * and ? that the names of the measured cases match (operation/shape/direction/dtype/provider); null: all.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>SmolLM2-135M alone, by the device's fastest provider and, where that is quick, the reference; fewer iterations.</summary>
    public bool Short { get; init; }

    /// <summary>Thread counts, a measurement of everything for each; 0: one per processor.</summary>
    public IReadOnlyList<int> Threads { get; init; } = [0];

    /// <summary>One JSON object in place of the table.</summary>
    public bool Json { get; init; }

    /// <summary>The page that is written, with the roofline plots; null: none.</summary>
    public string? Html { get; init; }
}
