using TraceFast.Data.Progress;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Profiling;

/// <summary>Profiles some optimizer steps after a first one, which warms up and is not kept.</summary>
/// <param name="device">Where the operations run.</param>
/// <param name="steps">How many are kept.</param>
/// <param name="log">Is told what a GPU's profile lacks.</param>
public sealed class StepProfiler(torch.Device device, int steps, IRunLog log) : IDisposable
{
    private Profiler? _profiler;
    private bool _warm;
    private int _whole;

    /// <summary>Whether all steps have been profiled; further ones are not.</summary>
    public bool IsDone => _warm && _whole >= steps;

    /// <param name="number">0-based.</param>
    public void Begin(int number)
    {
        if (IsDone)
            return;
        _profiler ??= Profiler.Start(Options());
        _profiler.BeginStep(number);
    }

    public void End()
    {
        if (_profiler is null || IsDone)
            return;
        _profiler.EndStep();
        if (_warm)
        {
            _whole++;
            return;
        }
        _profiler.Dispose();
        _warm = true;
        _profiler = Profiler.Start(Options());
    }

    /// <summary>Stops; null where no step was kept.</summary>
    public Profile? Finish()
    {
        Profile? profile = _profiler?.Stop();
        _profiler = null;
        return _whole == 0 ? null : profile;
    }

    public void Dispose() => _profiler?.Dispose();

    private ProfilerOptions Options()
    {
        if (device.type != DeviceType.CUDA)
            return new ProfilerOptions();
        int ordinal = Math.Max(0, device.index);
        NvtxRanges? ranges = NvtxRanges.Load();
        string? refusal = CudaTarget.Gpu.Refusal(ordinal);
        if (!_warm && ranges is null)
            log.Line("profile: no library of NVTX was found, so Nsight will show no names (libnvToolsExt.so.1 or libnvtx3interop.so)");
        if (!_warm && refusal is not null)
            log.Line($"profile: times are the host's, which hands work to the GPU and does not wait: {refusal}");
        return new ProfilerOptions(refusal is null ? CudaTarget.Gpu.Clock(ordinal) : null, ranges);
    }
}
