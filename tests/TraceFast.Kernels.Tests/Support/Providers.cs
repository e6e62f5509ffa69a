namespace TraceFast.Kernels.Tests;

/// <summary>The kernel sets that every case runs on.</summary>
public static class Providers
{
    private static readonly KernelSet[] Sets = [KernelSet.Reference, KernelSet.Cpu];

    public static IEnumerable<string> Names => Sets.Select(s => s.Name);

    public static TheoryData<string> All => [.. Names];

    public static KernelSet Get(string name) => Sets.Single(s => s.Name == name);
}
