using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>What native/torchsharp/guard.cpp mends: each test fails, or ends the process, with TorchSharp's library alone.</summary>
[Collection(ProcessTests.Name)]
public sealed class GuardTests
{
    [Fact]
    public void Matmul_of_shapes_that_do_not_fit() => Refused("mat1 and mat2 shapes cannot be multiplied", (a, b) => a.matmul(b));

    [Fact]
    public void A_gradient_of_what_is_not_in_the_graph(
        ) => Refused("", (a, b) => torch.autograd.grad([(a.requires_grad_() * 2).sum()], [b.requires_grad_()])[0]);

    [Fact]
    public void A_generator_state_that_is_none() => Refused("", (a, _) =>
    {
        using torch.Generator generator = new(1, torch.CPU);
        generator.set_state(a);
        return a;
    });

    [Fact]
    public void No_threads_at_all() => Refused("", (a, _) =>
    {
        torch.set_num_threads(0);
        return a;
    });

    [Fact]
    public void An_error_that_TorchSharp_itself_catches() => Refused("must match the size", (a, _) => a + torch.ones(7));

    [Fact]
    public void A_tensor_that_is_finalized_is_freed_later()
    {
        Collect(); // what other tests forgot
        Memory memory = new();
        long finalized = LibtorchRuntime.FinalizedTensors, start = Stopwatch.GetTimestamp();
        Forget(memory);
        Collect();
        Assert.Equal(finalized + 1, LibtorchRuntime.FinalizedTensors);
        Assert.False(memory.Released, "freed while a call may still read it");
        while (!memory.Released && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
        {
            Thread.Sleep(100);
            Forget(new Memory());
            Collect(); // what is finalized next frees what is old enough
        }
        Assert.True(memory.Released, "never freed");
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1.5), "freed too early");
    }

    [Fact]
    public void A_tensor_that_is_disposed_is_freed_at_once()
    {
        Collect();
        Memory memory = new();
        long finalized = LibtorchRuntime.FinalizedTensors;
        Over(memory).Dispose();
        Assert.True(memory.Released);
        Assert.Equal(finalized, LibtorchRuntime.FinalizedTensors);
    }

    [Fact]
    public void Temporaries_outside_a_scope_survive_a_collector_that_never_rests(
        ) => ProcessTests.RunAlone(typeof(GuardTests), nameof(Stress));

    /// <summary>Two threads that drop temporaries beside one that collects garbage without rest.</summary>
    [Fact(Explicit = true)]
    public void Stress()
    {
        long start = Stopwatch.GetTimestamp();
        bool Goes() => Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);
        List<Thread> threads = [new(() =>
        {
            while (Goes())
                Collect();
        })];
        for (int worker = 0; worker < 2; worker++)
        {
            threads.Add(new Thread(() =>
            {
                while (Goes())
                    Reshape();
            }));
        }
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    private static void Refused(string expected, Func<torch.Tensor, torch.Tensor, torch.Tensor> action)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor a = torch.ones(2, 3), b = torch.ones(4, 2);
        ExternalException e = Assert.ThrowsAny<ExternalException>(() => action(a, b));
        Assert.Contains(expected, e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("frame #", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception raised from", e.Message, StringComparison.Ordinal);
        Assert.Equal(12, (a.detach() + 1).sum().item<float>()); // and the library still works
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Memory memory) => _ = Over(memory);

    // From here on the tensor alone holds the memory.
    private static torch.Tensor Over(Memory memory)
    {
        torch.Tensor tensor = MappedTensor.Over(memory, 0, [4], torch.ScalarType.Float32);
        memory.Dispose();
        return tensor;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Reshape()
    {
        long[] shape = [200, 50];
        GC.KeepAlive(torch.ones(100, 100).reshape(shape));
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Memory that says when the last tensor over it is gone.</summary>
    private sealed class Memory : SafeBuffer
    {
        public Memory()
            : base(ownsHandle: true)
        {
            SetHandle(Marshal.AllocHGlobal(64));
            Initialize(64);
        }

        public bool Released { get; private set; }

        protected override bool ReleaseHandle()
        {
            Released = true;
            Marshal.FreeHGlobal(handle);
            return true;
        }
    }
}
