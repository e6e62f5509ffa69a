namespace TraceFast.Kernels.Tests;

/// <summary>The kernel sets that every case runs on.</summary>
public static class Providers
{
    private static readonly KernelSet[] Sets = [KernelSet.Reference, KernelSet.Tiled, KernelSet.Cpu];

    /// <summary>The sets that differ in an operation.</summary>
    public static IEnumerable<string> Names(Func<KernelSet, Kernel> operation) => Sets.DistinctBy(operation).Select(s => s.Name);

    public static TheoryData<string> All => [.. Sets.Select(s => s.Name)];

    public static KernelSet Get(string name) => Sets.Single(s => s.Name == name);
}
