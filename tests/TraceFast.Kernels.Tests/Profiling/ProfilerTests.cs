using TraceFast.Kernels.Profiling;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.Profiling;

/// <summary>There is one profiler of the process, which other tests' calls would reach.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class ProfilerTests
{
    [Fact]
    public void Off_it_opens_nothing_and_allocates_nothing()
    {
        Assert.False(Profiler.IsOn);
        Assert.False(Profiler.Open(ProfilerCategory.Loss, "warm up").IsOpen);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            using ProfilerScope scope = Profiler.Open(ProfilerCategory.Loss, "objective", 3);
            Assert.False(scope.IsOpen);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_forward_and_its_backward_have_layer_cost_shapes_and_provider()
    {
        using Profiler profiler = Profiler.Start();
        profiler.BeginStep(4);
        Norm(rows: 6, hidden: 10, layer: 7);
        profiler.EndStep();
        Profile profile = profiler.Stop();

        ProfilerEvent forward = Single(profile, "rms_norm"), backward = Single(profile, "rms_norm backward");
        foreach (ProfilerEvent e in new[] { forward, backward })
        {
            Assert.Equal((ProfilerCategory.Operation, "cpu", 7, 4), (e.Category, e.Provider, e.Layer, e.Step));
            Assert.Equal("x [6, 10]", e.Sizes.ToString());
            Assert.True(e.AllocatedBytes > 0);
        }
        Assert.Equal(RmsNormKernel.ForwardCost(6, 10, torch.ScalarType.Float32), forward.Cost);
        Assert.Equal(RmsNormKernel.BackwardCost(6, 10, torch.ScalarType.Float32), backward.Cost);
        Assert.Equal("layer", profile.Events[forward.Parent].Name);
        Assert.Equal(ProfilerCategory.Autograd, profile.Events[backward.Parent].Category);
        Assert.Equal("step", profile.Events[profile.Events[backward.Parent].Parent].Name);
    }

    [Fact]
    public void Own_times_add_up_to_the_steps_and_parts_lie_inside()
    {
        using Profiler profiler = Profiler.Start();
        for (int step = 0; step < 3; step++)
        {
            Norm(rows: 2, hidden: 4, layer: 0); // outside the steps
            profiler.BeginStep(step);
            for (int layer = 0; layer < 4; layer++)
                Norm(rows: 20, hidden: 40, layer);
            profiler.EndStep();
        }
        Profile profile = profiler.Stop();

        int[] inside = [.. Enumerable.Range(0, profile.Events.Count).Where(i => profile.Events[i].Step != Profiler.None)];
        Assert.Equal(3, profile.Steps);
        Assert.Equal(3 * (1 + 4 * 4), inside.Length);
        Assert.True(inside.Length < profile.Events.Count);
        Assert.True(profile.StepNanoseconds > 0);
        Assert.Equal(profile.StepNanoseconds, inside.Sum(profile.SelfNanoseconds));
        Assert.All(inside, i => Assert.True(profile.SelfNanoseconds(i) >= 0));
        foreach (ProfilerEvent e in profile.Events.Where(e => e.Parent != Profiler.None))
            Assert.True(e.Start >= profile.Events[e.Parent].Start && e.End <= profile.Events[e.Parent].End);
    }

    [Fact]
    public void A_step_that_was_not_ended_is_left_out()
    {
        using Profiler profiler = Profiler.Start();
        profiler.BeginStep(0);
        Norm(2, 4, 0);
        profiler.EndStep();
        profiler.BeginStep(1);
        Norm(2, 4, 0);
        Profile profile = profiler.Stop();
        Assert.Equal(1, profile.Steps);
        Assert.All(profile.Events, e => Assert.Equal(0, e.Step));
        Assert.False(Profiler.IsOn);
    }

    [Fact]
    public void What_it_does_not_keep_is_counted_and_stays_its_parents_time()
    {
        using Profiler profiler = Profiler.Start(new ProfilerOptions(MostEvents: 2));
        profiler.BeginStep(0);
        for (int i = 0; i < 5; i++)
            Profiler.Open(ProfilerCategory.Loss, "objective").Dispose();
        profiler.EndStep();
        Profile profile = profiler.Stop();
        Assert.Equal((2, 4), (profile.Events.Count, profile.Dropped));
        Assert.Equal(profile.StepNanoseconds, profile.SelfNanoseconds(0) + profile.SelfNanoseconds(1));
    }

    [Fact]
    public void There_is_one_at_a_time_and_its_steps_do_not_nest()
    {
        using (Profiler profiler = Profiler.Start())
        {
            Assert.Throws<InvalidOperationException>(() => Profiler.Start());
            Assert.Throws<InvalidOperationException>(profiler.EndStep);
            profiler.BeginStep(0);
            Assert.Throws<InvalidOperationException>(() => profiler.BeginStep(1));
            profiler.EndStep();
            profiler.Stop();
            Assert.Throws<InvalidOperationException>(() => profiler.BeginStep(1));
        }
        Profiler.Start().Dispose();
        Assert.False(Profiler.IsOn);
    }

    [Fact]
    public void Memory_and_garbage_collections_are_seen()
    {
        using Profiler profiler = Profiler.Start();
        profiler.BeginStep(0);
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            Profiler.Open(ProfilerCategory.Run, "metrics").Dispose();
            Thread.Sleep(2);
        }
        profiler.EndStep();
        Profile profile = profiler.Stop();
        Assert.True(profile.Collections.Sum(c => c.Count) >= 2);
        Assert.All(profile.Collections, c => Assert.True(c.Duration > 0 && c.HeapBytes > 0 && c.Start >= 0));
        Assert.True(profile.Samples.Count is >= 2 and <= 3);
        Assert.All(profile.Samples, s => Assert.True(s.ResidentBytes > 1 << 20 && s.ManagedBytes > 0 && s.Tensors >= 0));
    }

    [Fact]
    public void A_node_on_a_thread_of_the_engine_is_a_part_of_the_backward_that_waits_for_it()
    {
        using Profiler profiler = Profiler.Start();
        profiler.BeginStep(0);
        using (Profiler.Open(ProfilerCategory.Structure, "forward", 2))
        using (Profiler.OpenAutograd())
        {
            Thread engine = new(() =>
            {
                Profiler.Open(new BackwardCall("rope backward", "cuda", 5, new Cost(1, 2), default)).Dispose();
                Profiler.Open(ProfilerCategory.Data, "loader").Dispose();
            });
            engine.Start();
            engine.Join();
        }
        profiler.EndStep();
        Profile profile = profiler.Stop();
        ProfilerEvent node = Single(profile, "rope backward"), loader = Single(profile, "loader");
        Assert.Equal("autograd", profile.Events[node.Parent].Name);
        Assert.Equal((5, 0), (node.Layer, node.Step));
        Assert.NotEqual(profile.Events[node.Parent].Thread, node.Thread);
        Assert.Equal((Profiler.None, Profiler.None), (loader.Parent, loader.Step));
    }

    [Fact]
    public void A_devices_times_are_those_of_its_marks()
    {
        SteppedClock clock = new();
        using Profiler profiler = Profiler.Start(new ProfilerOptions(clock));
        profiler.BeginStep(0); // marks: the anchor 1, the step 2
        using (Profiler.Open(ProfilerCategory.Loss, "objective")) // 3
            Profiler.Open(ProfilerCategory.Data, "copy to host").Dispose(); // 4, 5
        profiler.EndStep(); // the objective's end 6, all work 7, the step's end 8
        Profile profile = profiler.Stop();

        Assert.True(profile.OnDevice);
        Assert.Equal([6_000_000, 3_000_000, 1_000_000], profile.Events.Select(e => e.Duration));
        Assert.Equal([3_000_000, 2_000_000, 1_000_000], Enumerable.Range(0, 3).Select(profile.SelfNanoseconds));
        Assert.Equal(6_000_000, profile.StepNanoseconds);
        Assert.Equal((0, 8), (clock.Held, clock.Reached));
        Assert.True(clock.IsDisposed);
    }

    [Fact]
    public void Named_ranges_open_and_close_with_their_events()
    {
        Ranges ranges = new();
        using Profiler profiler = Profiler.Start(new ProfilerOptions(Ranges: ranges));
        profiler.BeginStep(0);
        Norm(2, 4, layer: 1);
        profiler.EndStep();
        Assert.Equal(
            ["step", "layer 1", "rms_norm 1", "pop", "pop", "autograd", "rms_norm backward 1", "pop", "pop", "pop"], ranges.Calls);
    }

    /// <summary>A norm in a layer, and its backward.</summary>
    private static void Norm(int rows, int hidden, int layer)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = Sample.Tensor(new double[rows * hidden], [rows, hidden], torch.ScalarType.Float32).requires_grad_(true);
        torch.Tensor y;
        using (Profiler.Open(ProfilerCategory.Structure, "layer", layer))
            y = KernelSet.Cpu.RmsNorm.Forward(x, torch.ones(hidden), 1e-5, RmsNormStyle.Llama);
        Autograd.Backward(y, torch.ones_like(y));
    }

    private static ProfilerEvent Single(Profile profile, string name) => Assert.Single(profile.Events, e => e.Name == name);

    /// <summary>A device that takes a millisecond from mark to mark.</summary>
    private sealed class SteppedClock : IDeviceClock
    {
        private nint _last;

        public int Held { get; private set; }

        public nint Reached { get; private set; }

        public bool IsDisposed { get; private set; }

        public nint Mark()
        {
            Held++;
            return ++_last;
        }

        public void Wait(nint mark) => Reached = mark;

        public double Seconds(nint from, nint to) => (to - from) / 1000.0;

        public void Release(nint mark) => Held--;

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Ranges : INamedRanges
    {
        public List<string> Calls { get; } = [];

        public void Push(string name, int layer) => Calls.Add(layer == Profiler.None ? name : $"{name} {layer}");

        public void Pop() => Calls.Add("pop");
    }
}
