using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>What a record's number alone decides: its random stream, its language, how many constraints it has.</summary>
internal static class SynthStream
{
    private const ulong BetweenSplits = 0x9E3779B97F4A7C15UL;

    public static SeededRandom Of(SynthOptions options, SynthScope scope, long index) =>
        SeededRandom.Split(options.Seed + (scope.Split is { } split ? (ulong)split + 1 : 0) * BetweenSplits, (ulong)index);

    /// <summary>Languages take turns, then numbers of constraints do, so that a file is balanced in both.</summary>
    public static (Language Language, int Constraints) TurnOf(SynthOptions options, long index)
    {
        int numbers = options.MostConstraints - options.FewestConstraints + 1;
        return (options.Languages[(int)(index % options.Languages.Count)], options.FewestConstraints + (int)(index / options.Languages.Count % numbers));
    }
}
