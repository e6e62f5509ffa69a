using TraceFast.Data.Progress;
using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Configuration;
using TraceFast.Training.Profiling;

namespace TraceFast.Training.Loop;

/// <summary>
/// <c>profile: true</c>: profiles the steps after the first of this process and writes them to the output folder's <see cref="Folder"/>
/// as soon as they are done.
/// </summary>
internal sealed class RunProfiler : IDisposable
{
    /// <summary>In the output folder.</summary>
    public const string Folder = "profile";

    private readonly DecoderOptions _options;
    private readonly string _folder;
    private readonly IRunLog _log;
    private readonly StepProfiler _steps;
    private bool _finished;

    private RunProfiler(DecoderOptions options, string folder, int steps, IRunLog log)
    {
        (_options, _folder, _log) = (options, folder, log);
        _steps = new StepProfiler(options.Device, steps, log);
    }

    /// <summary>Null where the configuration asks for none.</summary>
    public static RunProfiler? For(RunConfiguration configuration, DecoderOptions options, string output, IRunLog log) =>
        configuration.Profile ? new RunProfiler(options, Path.Combine(output, Folder), configuration.ProfileSteps, log) : null;

    /// <param name="number">0-based.</param>
    public void Begin(int number) => _steps.Begin(number);

    public void End()
    {
        _steps.End();
        if (_steps.IsDone)
            Finish();
    }

    /// <summary>Writes the steps profiled so far, where that has not been done.</summary>
    public void Finish()
    {
        if (_finished)
            return;
        _finished = true;
        if (_steps.Finish() is not Profile profile)
        {
            _log.Line("profile: nothing was profiled, since the first step of a run warms up and no other was computed");
            return;
        }
        ProfiledSteps steps = new(
            profile, new ProfileFacts(Roofline.Measure(_options.ComputeDtype, _options.Device), RunEnvironment.Describe(_options)));
        ProfileFiles.WriteFolder(_folder, steps);
        foreach (string line in steps.Table.Lines())
            _log.Line(line);
        _log.Line($"profile: {ProfileFiles.Trace} (ui.perfetto.dev), {ProfileFiles.Speedscope} (speedscope.app) and "
            + $"{ProfileFiles.Operations} are in {_folder}");
    }

    public void Dispose() => _steps.Dispose();
}
