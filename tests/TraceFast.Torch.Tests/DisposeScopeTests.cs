namespace TraceFast.Torch.Tests;

[Collection("live tensors")] // they count the process's tensors
public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        long before = torch.Tensor.TotalCount;
        torch.Tensor kept, outer, detached;
        using (DisposeScope a = torch.NewDisposeScope())
        {
            outer = torch.ones(3);
            using (DisposeScope b = torch.NewDisposeScope())
            {
                torch.Tensor inner = outer + 1;
                kept = (inner * 2).MoveToOuterDisposeScope();
                detached = (inner * 3).DetachFromDisposeScope();
                Assert.Equal(1, b.DisposablesCount);
                Assert.Same(b, torch.CurrentDisposeScope);
            }
            Assert.Same(a, torch.CurrentDisposeScope);
            Assert.Equal([4f, 4f, 4f], kept.data<float>().ToArray());
            kept.MoveToOuterDisposeScope();
        }
        Assert.Null(torch.CurrentDisposeScope);
        Assert.True(outer.IsInvalid);
        Assert.False(kept.IsInvalid);
        Assert.Equal(before + 2, torch.Tensor.TotalCount);
        kept.Dispose();
        kept.Dispose();
        detached.Dispose();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_scope_forgets_what_was_disposed_and_keeps_what_it_is_told_to()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(1), y = torch.ones(1), z = torch.ones(1);
        x.Dispose();
        Assert.False(scope.Contains(x));
        scope.DisposeEverythingBut(z);
        Assert.True(y.IsInvalid);
        Assert.False(z.IsInvalid);
        Assert.True(scope.Contains(z));
        using DisposeScope inner = torch.NewDisposeScope();
        z.MoveToOtherDisposeScope(inner);
        Assert.Equal((0, 1), (scope.DisposablesCount, inner.DisposablesCount));
        inner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => inner.DisposablesCount);
        Assert.True(z.IsInvalid);
    }

    [Fact]
    public void Wrapped_scope_gives_its_result()
    {
        using torch.Tensor x = torch.WrappedTensorDisposeScope(() => torch.ones(2) + torch.ones(2));
        Assert.Equal(4, x.sum().item<float>());
    }

    [Fact]
    public void Two_hundred_training_steps_grow_neither_memory_nor_tensors()
    {
        using torch.Generator generator = new(7);
        using torch.Tensor a = torch.randn(256, 256, requires_grad: true, generator: generator);
        using torch.Tensor b = torch.randn(256, 256, requires_grad: true, generator: generator);
        long tensors = 0, bytes = 0;
        for (int step = 0; step < 220; step++)
        {
            using (DisposeScope scope = torch.NewDisposeScope())
            {
                torch.Tensor x = torch.randn(512, 256, generator: generator);
                torch.Tensor hidden = torch.nn.functional.silu(x.matmul(a));
                torch.Tensor loss = hidden.matmul(b).log_softmax(-1).index_select(1, torch.arange(8)).mean().neg();
                loss.backward();
                using (torch.no_grad())
                    foreach (torch.Tensor parameter in (torch.Tensor[])[a, b])
                    {
                        parameter.add_(parameter.grad!, -0.1);
                        parameter.grad = null;
                    }
            }
            if (step == 20) // allocators and caches are warm
                (tensors, bytes) = (torch.Tensor.TotalCount, ResidentBytes());
        }
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        Assert.InRange(ResidentBytes() - bytes, long.MinValue, 24L << 20); // one step makes and drops over 3 MiB: 200 would leave 600
    }

    [Fact]
    public void Tensors_nobody_disposes_are_released_by_the_finalizer()
    {
        Collect(); // what other tests forgot
        long before = torch.Tensor.TotalCount;
        MakeAndForget();
        Collect();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void MakeAndForget()
    {
        for (int i = 0; i < 1000; i++)
            torch.ones(16);
    }

    [Fact]
    public void Releases_race_safely_with_uses()
    {
        for (int round = 0; round < 200; round++)
        {
            torch.Tensor x = torch.ones(64);
            var user = new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < 20; i++)
                        (x + x).Dispose();
                }
                catch (ObjectDisposedException)
                {
                }
            });
            user.Start();
            x.Dispose();
            user.Join();
        }
        Assert.True(torch.Tensor.PeakCount >= torch.Tensor.TotalCount);
    }

    private static long ResidentBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
    }
}
