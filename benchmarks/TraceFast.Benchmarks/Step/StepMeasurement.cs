using TraceFast.Training.Profiling;

namespace TraceFast.Benchmarks.Step;

/// <summary>What a step benchmark measured. Rates are over all timed steps together, as the peers give them.</summary>
public sealed record StepMeasurement
{
    /// <summary>Seconds of each timed step: forward, backward, clipping and AdamW.</summary>
    public required IReadOnlyList<double> SecondsPerStep { get; init; }

    /// <summary>Quads of each step.</summary>
    public required int Quads { get; init; }

    /// <summary>Tokens that the model read in the timed steps, prompts once each.</summary>
    public required long PackedTokens { get; init; }

    /// <summary>The same with four whole sequences a quad and no padding: what the peers count.</summary>
    public required long UnpaddedTokens { get; init; }

    /// <summary>Labels: response tokens, each once for either prompt.</summary>
    public required long Labels { get; init; }

    /// <summary>Largest resident memory of this process up to the end of the last step, in MiB.</summary>
    public required double PeakMiB { get; init; }

    /// <summary>Mean operations of a timed step; see <see cref="StepCost"/>.</summary>
    public required double FlopPerStep { get; init; }

    /// <summary>Rate of a large square product in the same run; see <see cref="Kernels.Profiling.Roofline"/>.</summary>
    public required double PeakFlops { get; init; }

    /// <summary>Seconds that the reference's log-probabilities took, for the quads of all steps; paid once, not in a step.</summary>
    public required double ReferenceSeconds { get; init; }

    /// <summary>Of the last step, before its update.</summary>
    public required double Loss { get; init; }

    public required string Dtype { get; init; }

    public required int Threads { get; init; }

    public required string Processor { get; init; }

    public required string LibtorchVersion { get; init; }

    public required string Kernels { get; init; }

    /// <summary>Every operation of the timed steps, where asked for.</summary>
    public ProfiledSteps? Profile { get; init; }

    public double TotalSeconds => SecondsPerStep.Sum();

    public double QuadsPerSecond => Quads * SecondsPerStep.Count / TotalSeconds;

    public double PackedTokensPerSecond => PackedTokens / TotalSeconds;

    public double UnpaddedTokensPerSecond => UnpaddedTokens / TotalSeconds;

    /// <summary>The upper one of the two in the middle where their number is even, as the peers take it.</summary>
    public double MedianSeconds => SecondsPerStep.Order().ElementAt(SecondsPerStep.Count / 2);

    public double AchievedFlops => FlopPerStep * SecondsPerStep.Count / TotalSeconds;

    public double ShareOfPeak => AchievedFlops / PeakFlops;
}
