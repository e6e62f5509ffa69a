using System.Runtime.InteropServices;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.SwiGlu;

namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>Operations of <see cref="GraphNode"/> on libtorch's graph.</summary>
[Collection(ProcessTests.Name)]
public sealed class AutogradTests
{
    [Fact]
    public void A_gradient_flows_through_nodes_and_operations_of_libtorch()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(new double[] { 1, 2, -3 }, requires_grad: true);
        torch.Tensor y = Cube.Of(x * 2).sum() + Cube.Of(x).sum(); // 8 x^3 + x^3
        Autograd.Backward(y);
        Assert.Equal([27, 108, 243], x.grad!.data<double>().ToArray());
        Autograd.Backward(Cube.Of(x), torch.tensor(new double[] { 1, 0, 2 })); // and gradients add up
        Assert.Equal([30, 108, 297], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void Nothing_is_recorded_where_no_gradient_is_wanted()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(2, dtype: torch.float64, requires_grad: true);
        using (torch.no_grad())
            Assert.False(Cube.Of(x).requires_grad);
        Assert.False(Cube.Of(x.detach()).requires_grad);
        Assert.True(Cube.Of(x).requires_grad);
    }

    [Theory, InlineData(true, true), InlineData(true, false), InlineData(false, true)]
    public void Outputs_without_a_gradient_and_inputs_that_are_not_given(bool first, bool second)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(new double[] { 2, 3 }, requires_grad: true);
        torch.Tensor[] y = TwoOutputs.Of(x); // x^2 and 5 x
        torch.Tensor loss = torch.zeros(1, dtype: torch.float64);
        if (first)
            loss = loss + y[0].sum();
        if (second)
            loss = loss + y[1].sum();
        Autograd.Backward(loss);
        double[] expected = [(first ? 4 : 0) + (second ? 5 : 0), (first ? 6 : 0) + (second ? 5 : 0)];
        Assert.Equal(expected, x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void An_exception_in_a_backward_reaches_the_caller_and_the_next_graph_works()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(2, dtype: torch.float64, requires_grad: true);
        Assert.Equal("inside", Assert.Throws<FormatException>(() => Autograd.Backward(Cube.Of(x, fail: true).sum())).Message);
        Assert.Null(x.grad);
        Autograd.Backward(Cube.Of(x).sum());
        Assert.Equal([3, 3], x.grad!.data<double>().ToArray());
    }

    [Fact]
    public void A_second_backward_and_a_second_derivative_are_refused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(2, dtype: torch.float64, requires_grad: true);
        torch.Tensor y = Cube.Of(x).sum();
        y.backward(retain_graph: true);
        Assert.ThrowsAny<ExternalException>(() => y.backward());
        Assert.ThrowsAny<ExternalException>(() => torch.autograd.grad([Cube.Of(x).sum()], [x], create_graph: true));
    }

    [Fact]
    public void A_saved_tensor_that_was_changed_in_place_is_refused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(2, dtype: torch.float64, requires_grad: true), doubled = x * 2;
        torch.Tensor y = Cube.Of(doubled).sum();
        doubled.add_(1);
        Exception e = Assert.ThrowsAny<Exception>(() => Autograd.Backward(y));
        Assert.Contains("modified by an inplace operation", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Six_hundred_graphs_on_two_threads_leave_no_tensor()
    {
        Collect();
        long before = torch.Tensor.TotalCount;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            for (int run = 0; run < 300; run++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor x = torch.ones(16, dtype: torch.float64, requires_grad: true);
                torch.Tensor y = Cube.Of(Cube.Of(x)).sum();
                if (run % 3 > 0) // every third graph is dropped as it is
                    Autograd.Backward(y);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Collect();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Two_hundred_steps_of_every_operation_grow_neither_memory_nor_tensors()
    {
        using torch.Generator generator = new(7, torch.CPU);
        using torch.Tensor a = torch.randn(256, 256, requires_grad: true, generator: generator);
        using torch.Tensor b = torch.randn(256, 256, requires_grad: true, generator: generator);
        KernelSet kernels = KernelSet.Cpu;
        long tensors = 0, bytes = 0;
        for (int step = 0; step < 220; step++)
        {
            using (DisposeScope scope = torch.NewDisposeScope())
            {
                torch.Tensor x = torch.randn(512, 256, generator: generator);
                torch.Tensor hidden = kernels.RmsNorm.Forward(x.matmul(a), torch.ones(256), 1e-6, RmsNormStyle.Llama);
                hidden = kernels.SwiGlu.Forward(hidden, hidden, GateActivation.Silu);
                torch.Tensor loss = kernels.LinearLogProb.Forward(
                    hidden, b, torch.arange(512, torch.ScalarType.Int64).remainder(256), 1, null).mean().neg();
                Autograd.Backward(loss);
                using (torch.no_grad())
                {
                    foreach (torch.Tensor parameter in (torch.Tensor[])[a, b])
                    {
                        parameter.add_(parameter.grad!, -0.1);
                        parameter.grad = null;
                    }
                }
            }
            if (step == 20) // allocators and caches are warm
            {
                Collect(); // what earlier tests left to the collector
                (tensors, bytes) = (torch.Tensor.TotalCount, NativeBytes());
            }
        }
        Collect();
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        Assert.InRange(NativeBytes() - bytes, long.MinValue, 8L << 20); // one step makes and drops over 3 MiB: 200 would leave 600
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // What glibc's allocator has handed out, which is where libtorch's tensors and graph lie. Resident memory would count the runtime's
    // heap
    // and pages kept for reuse as well.
    private static long NativeBytes()
    {
        AllocatorCounts counts = mallinfo2();
        return (long)(counts.InUse + counts.InMappings);
    }

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern AllocatorCounts mallinfo2();

    // struct mallinfo2 of malloc.h
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct AllocatorCounts
    {
        private readonly nuint _arena, _freeChunks, _fastBins, _mappings;
        public readonly nuint InMappings;
        private readonly nuint _highWater, _freeInFastBins;
        public readonly nuint InUse;
        private readonly nuint _free, _trimmable;
    }

    // y = x^3
    private sealed class Cube(bool fail) : GraphNode
    {
        protected override string Name => "cube";

        public static torch.Tensor Of(torch.Tensor x, bool fail = false)
        {
            torch.Tensor y;
            using (torch.no_grad())
                y = x.pow(3);
            return Wanted(x) ? new Cube(fail).Record([x], [y], [x])[0] : y;
        }

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients) =>
            fail ? throw new FormatException("inside") : [Saved(0).square() * 3 * gradients[0]!];
    }

    // x^2 and 5 x; the second input is never given
    private sealed class TwoOutputs : GraphNode
    {
        protected override string Name => "two_outputs";

        public static torch.Tensor[] Of(torch.Tensor x)
        {
            using IDisposable noGrad = torch.no_grad();
            torch.Tensor[] y = [x.square(), x * 5];
            return new TwoOutputs().Record([x, null], y, [x, null]);
        }

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            Assert.Null(SavedOrNull(1));
            torch.Tensor? dx = gradients[0] is torch.Tensor g ? Saved(0) * 2 * g : null;
            if (gradients[1] is torch.Tensor h)
                dx = dx is null ? h * 5 : dx + (h * 5);
            return [dx, null];
        }
    }
}
