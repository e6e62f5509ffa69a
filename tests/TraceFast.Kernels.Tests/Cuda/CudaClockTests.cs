using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.Profiling;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Tests.Profiling;
using TraceFast.PtxInterpreter;

namespace TraceFast.Kernels.Tests.Cuda;

/// <summary>Events of the driver as a profiler's clock, on a driver that keeps account.</summary>
[Collection(nameof(Alone))]
public sealed class CudaClockTests
{
    [Fact]
    public void Operations_are_timed_by_events_that_are_used_again_and_destroyed()
    {
        InterpretedDriver driver = new();
        CudaTarget target = driver.Target();
        CudaRmsNorm norm = new(target);
        using Profiler profiler = Profiler.Start(new ProfilerOptions(target.Clock(0)));
        int afterFirst = 0;
        for (int step = 0; step < 2; step++)
        {
            profiler.BeginStep(step);
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor x = torch.ones(4, 16).requires_grad_(true);
            torch.Tensor y = norm.Forward(x, torch.ones(16), 1e-5, RmsNormStyle.Llama);
            Autograd.Backward(y, torch.ones_like(y));
            profiler.EndStep();
            if (step == 0)
                afterFirst = driver.EventsLeft;
        }
        // The anchor, a beginning and an end of: the step, the norm, autograd, the norm's backward.
        Assert.Equal(9, afterFirst);
        Assert.Equal(9, driver.EventsLeft);
        Profile profile = profiler.Stop();
        Assert.Equal(0, driver.EventsLeft);
        Assert.Equal(0, driver.ContextsLeft);

        Assert.Equal(["step", "rms_norm", "autograd", "rms_norm backward"], profile.Events.Take(4).Select(e => e.Name));
        Assert.All(profile.Events, e => Assert.True(e.DeviceEnd >= e.DeviceStart && e.DeviceStart > 0));
        Assert.All(profile.Events.Where(e => e.Name.StartsWith("rms_norm", StringComparison.Ordinal)), e => Assert.True(e.Duration > 0));
        Assert.Equal(profile.StepNanoseconds, Enumerable.Range(0, profile.Events.Count).Sum(profile.SelfNanoseconds));
        // Streams of this driver run at once: its times are the host's.
        Assert.InRange(profile.StepNanoseconds, 0, profile.Events.Where(e => e.Name == "step").Sum(e => e.End - e.Start) + 50_000_000);
    }

    [Fact]
    public void What_the_driver_refuses_is_named()
    {
        InterpretedDriver driver = new();
        using CudaLauncher launcher = new(driver, 0);
        using CudaEvents events = launcher.Events();
        nint recorded = events.Record(0);
        Assert.Equal(0, events.Seconds(recorded, recorded));
        CudaDriverException refused = Assert.Throws<CudaDriverException>(() => events.Seconds(recorded, 17));
        Assert.Equal(CudaResult.InvalidHandle, refused.Result);
        Assert.Contains("cuEventElapsedTime", refused.Message, StringComparison.Ordinal);
        Assert.Throws<CudaDriverException>(() => events.Wait(17));
        Assert.Equal(0, driver.ContextsLeft);
    }
}
