using System.Diagnostics;

namespace TraceFast.Benchmarks.Step;

/// <summary>
/// Seconds of the timed steps by part. Operations of the forward pass are timed where the model calls them; everything else of a step's
/// gradient, above all the backward pass, which runs inside libtorch, is one part.
/// </summary>
public sealed class StepProfile
{
    private const string Backward = "backward, gathers and sums";
    private const string Optimizer = "clipping and adamw";

    private readonly Dictionary<string, double> _seconds = [];
    private Dictionary<string, double> _step = [];

    /// <summary>Parts and their seconds, longest first.</summary>
    public IReadOnlyList<(string Part, double Seconds)> Parts =>
        [.. _seconds.Select(p => (p.Key, p.Value)).OrderByDescending(p => p.Value)];

    /// <summary>Times an operation of the forward pass.</summary>
    internal T Time<T>(string part, Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = work();
        _step[part] = _step.GetValueOrDefault(part) + Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result;
    }

    /// <summary>Drops what was timed since the last step that counts.</summary>
    internal void StartStep() => _step = [];

    /// <summary>Counts a step.</summary>
    /// <param name="gradientSeconds">Its forward and backward passes.</param>
    /// <param name="optimizerSeconds">Its update.</param>
    internal void EndStep(double gradientSeconds, double optimizerSeconds)
    {
        _step[Backward] = gradientSeconds - _step.Values.Sum();
        _step[Optimizer] = optimizerSeconds;
        foreach ((string part, double seconds) in _step)
            _seconds[part] = _seconds.GetValueOrDefault(part) + seconds;
    }
}
