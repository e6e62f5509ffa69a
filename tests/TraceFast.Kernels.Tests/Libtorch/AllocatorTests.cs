using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>native/torchsharp/allocator.cpp in libtorch's place.</summary>
[Collection(ProcessTests.Name)]
public sealed unsafe class AllocatorTests
{
    private const long MiB = 1 << 20;

    /// <summary>With libtorch's own allocator the process grows by 1.15 times the tensors, on glibc before 2.38.</summary>
    [Fact]
    public void Tensors_take_the_memory_that_they_have()
    {
        Step(layers: 2); // large requests come from the heap from now on, not each from the system
        long before = ResidentBytes();
        (long live, long resident) = Step(layers: 24);
        Assert.InRange(live, 400 * MiB, 800 * MiB);
        Assert.InRange(resident - before, 0, (long)(1.07 * live));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(100_000)]
    [InlineData(3_000_001)]
    public void Addresses_are_aligned_and_memory_is_whole(long bytes)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor[] tensors = [.. Enumerable.Range(0, 9).Select(i => torch.full([bytes], i, torch.ScalarType.Byte))];
        for (int i = 0; i < tensors.Length; i++)
        {
            Assert.Equal(0, (long)tensors[i].Address() % 64);
            Assert.Equal(i * bytes, tensors[i].to(torch.ScalarType.Int64).sum().item<long>());
        }
    }

    [Fact]
    public void A_tensor_may_be_empty()
    {
        using torch.Tensor none = torch.empty(0);
        Assert.Equal(0, none.numel());
    }

    [Theory]
    [InlineData(1L << 46)]
    [InlineData(long.MaxValue / 4)]
    public void What_does_not_fit_is_libtorchs_error(long floats)
    {
        ExternalException error = Assert.Throws<ExternalException>(() => torch.empty(floats));
        Assert.Contains($"you tried to allocate {floats * 4} bytes", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Kept and short-lived tensors of a layer's sizes, in a layer's order.</summary>
    /// <returns>Bytes of all tensors, and of the process, when most of them are there.</returns>
    private static (long Live, long Resident) Step(int layers)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        List<torch.Tensor> kept = [];
        for (int l = 0; l < layers; l++)
        {
            using DisposeScope layer = torch.NewDisposeScope();
            foreach ((int width, bool keep) in ((int, bool)[])
                     [
                         (576, true), (576, false), (8, true), (192, false), (8, true), (192, true), (576, true), (192, true), (576, true),
                         (576, false), (576, true), (1536, true), (8, true), (1536, true), (1536, true), (576, false),
                     ])
            {
                torch.Tensor made = torch.ones([1000, width]);
                if (keep)
                    kept.Add(made.MoveToOuterDisposeScope());
            }
        }
        return (kept.Sum(t => t.numel() * 4), ResidentBytes());
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
        * Environment.SystemPageSize;
}
