using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.Tests.Native;

public sealed unsafe class CpuWorkspaceTests
{
    [Fact]
    public void A_thread_gets_its_own_memory_again()
    {
        nint first = Use(1000), again = Use(1000), smaller = Use(1);
        Assert.Equal(first, again);
        Assert.Equal(first, smaller);
        nint other = 0;
        using CpuWorkspace.Lease held = CpuWorkspace.Take(1000);
        Thread thread = new(() => other = Use(1000));
        thread.Start();
        thread.Join();
        Assert.NotEqual((nint)held.Address, other);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData((32 << 20) + 1)]
    public void Memory_is_aligned_and_as_large_as_asked(int bytes)
    {
        using CpuWorkspace.Lease taken = CpuWorkspace.Take(bytes);
        Assert.Equal(0, (nint)taken.Address % 64);
        new Span<byte>(taken.Address, bytes).Fill(1);
    }

    [Fact]
    public void What_is_held_is_not_given_out_twice()
    {
        using CpuWorkspace.Lease held = CpuWorkspace.Take(64);
        using CpuWorkspace.Lease second = CpuWorkspace.Take(64);
        Assert.NotEqual((nint)held.Address, (nint)second.Address);
        new Span<byte>(held.Address, 64).Fill(1);
        new Span<byte>(second.Address, 64).Fill(2);
        Assert.Equal(1, *(byte*)held.Address);
    }

    private static nint Use(long bytes)
    {
        using CpuWorkspace.Lease taken = CpuWorkspace.Take(bytes);
        new Span<byte>(taken.Address, (int)bytes).Fill(3);
        return (nint)taken.Address;
    }
}
