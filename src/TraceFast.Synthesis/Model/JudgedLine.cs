using TraceFast.Constraints.Types;
using TraceFast.Constraints;

namespace TraceFast.Synthesis.Model;

/// <summary>Constraints that a model words and a judge decides: one line of a kind.</summary>
internal static class JudgedLine
{
    /// <summary>Kinds that one line can state; tables and texts belong in the input, examples are more than a line.</summary>
    private static readonly Category[] OneLine =
        [Category.Theme, Category.Values, Category.Privacy, Category.RolePlay, Category.Audience, Category.Precondition, Category.ProcessBackground, Category.Tone, Category.Emotion, Category.LinguisticFeature];

    /// <summary>The sorts, in a fixed order.</summary>
    public static IReadOnlyList<JudgedType> Types { get; } = [.. ConstraintTypes.All.OfType<JudgedType>().Where(s => OneLine.Contains(s.Category))];

    /// <summary>The line as a constraint of its sort; its text is the argument too.</summary>
    public static StatedConstraint Of(JudgedType type, string line) => new(type.Of(line), line);
}
