using TraceFast.Constraints;

namespace TraceFast.Evaluation.Trace;

/// <summary>What a program understands of a constraint's line.</summary>
/// <param name="Found">The exact constraints that it states.</param>
/// <param name="IsWhole">They are all that it asks for, so that no judge is needed.</param>
public sealed record LineReading(IReadOnlyList<Constraint> Found, bool IsWhole)
{
    public static LineReading Nothing { get; } = new([], false);
}
