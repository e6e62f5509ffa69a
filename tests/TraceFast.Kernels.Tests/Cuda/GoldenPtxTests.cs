using System.Text.RegularExpressions;
using TraceFast.GpuKernels;
using TraceFast.Cuda;

namespace TraceFast.Kernels.Tests.Cuda;

/// <summary>What is launched is the reviewed text, and the text is what ILGPU makes of the C# source.</summary>
public sealed partial class GoldenPtxTests
{
    private static readonly Lazy<Dictionary<string, string>> s_compiled = new(() =>
    {
        using PtxCompiler compiler = new();
        return Catalog.All.ToDictionary(e => e.Name, compiler.Compile);
    });

    public static TheoryData<string> Kernels => [.. Catalog.All.Select(e => e.Name)];

    [Theory, MemberData(nameof(Kernels))]
    public void The_embedded_text_is_what_the_source_compiles_to(string kernel) => Assert.True(
        s_compiled.Value[kernel] == CudaLauncher.Ptx(kernel),
        $"{kernel}.ptx differs: write the texts again and read the difference: "
            + "dotnet run --project src/TraceFast.GpuKernels -- src/TraceFast.Cuda/Ptx");

    [Fact]
    public void No_text_is_without_a_source() => Assert.Equal(
        Catalog.All.Select(e => e.Name).Order(StringComparer.Ordinal), CudaLauncher.Kernels.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Kernels))]
    public void The_text_asks_for_no_more_than_sm_80(string kernel)
    {
        string text = CudaLauncher.Ptx(kernel);
        Assert.Contains("\n.version 7.1\n", text, StringComparison.Ordinal);
        Assert.Contains("\n.target sm_80\n", text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void The_text_has_no_atomics(string kernel) => Assert.DoesNotMatch(Atomic(), CudaLauncher.Ptx(kernel));

    [Theory, MemberData(nameof(Kernels))]
    public void The_text_has_no_local_memory(string kernel) =>
        Assert.DoesNotContain("local", CudaLauncher.Ptx(kernel), StringComparison.Ordinal);

    [Theory, MemberData(nameof(Kernels))]
    public void Kernels_of_vectors_load_and_store_16_bytes(string kernel)
    {
        string text = CudaLauncher.Ptx(kernel);
        bool vectors = kernel.Contains("_vectors", StringComparison.Ordinal)
            || (kernel.StartsWith("log_prob_", StringComparison.Ordinal) && !kernel.EndsWith("f64", StringComparison.Ordinal));
        Assert.Equal(vectors, text.Contains("ld.global.v4.b32", StringComparison.Ordinal));
        Assert.Equal(vectors, text.Contains("st.global.v4.b32", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(atom|red)\.")]
    private static partial Regex Atomic();
}
