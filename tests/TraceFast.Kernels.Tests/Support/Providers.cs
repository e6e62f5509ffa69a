using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.Native;
using TraceFast.PtxInterpreter;

namespace TraceFast.Kernels.Tests.Support;

/// <summary>The kernel sets that every case runs on.</summary>
public static class Providers
{
    /// <summary>The CUDA kernels' PTX runs on an interpreter, on the memory of CPU tensors.</summary>
    private static readonly KernelSet[] s_sets =
    [
        KernelSet.Reference, KernelSet.Tiled, WithProducts(CpuProducts.Libtorch), WithProducts(CpuProducts.Kernels),
        InterpretedCuda.Kernels,
    ];

    /// <summary>Which of the two <see cref="KernelSet.Cpu"/> takes depends on the processor.</summary>
    private static KernelSet WithProducts(CpuProducts products) => KernelSet.Cpu with
    {
        Name = $"cpu, products {products}",
        LoraLinear = new CpuLoraLinear(products),
        LinearLogProb = new CpuLinearLogProb(products),
    };

    public static IReadOnlyList<KernelSet> Sets => s_sets;

    /// <summary>The sets that differ in an operation.</summary>
    public static IEnumerable<string> Names(Func<KernelSet, Kernel> operation) => s_sets.DistinctBy(operation).Select(s => s.Name);

    public static TheoryData<string> All => [.. s_sets.Select(s => s.Name)];

    public static KernelSet Get(string name) => s_sets.Single(s => s.Name == name);
}
