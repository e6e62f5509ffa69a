namespace TraceFast.Kernels.Tests.Support;

/// <summary>The kernel sets that every case runs on.</summary>
public static class Providers
{
    private static readonly KernelSet[] s_sets = [KernelSet.Reference, KernelSet.Tiled, KernelSet.Cpu];

    /// <summary>The sets that differ in an operation.</summary>
    public static IEnumerable<string> Names(Func<KernelSet, Kernel> operation) => s_sets.DistinctBy(operation).Select(s => s.Name);

    public static TheoryData<string> All => [.. s_sets.Select(s => s.Name)];

    public static KernelSet Get(string name) => s_sets.Single(s => s.Name == name);
}
