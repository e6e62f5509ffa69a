using System.Globalization;
using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Types;

namespace TraceFast.Synthesis.Model;

/// <summary>Writes an instruction as TRACE does: description, numbered constraints one a line, and the input under "# Inputs:".</summary>
internal static class TraceInstruction
{
    public static string Write(string description, IReadOnlyList<string> constraints, string input)
    {
        StringBuilder text = new(description);
        for (int i = 0; i < constraints.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"\n{i + 1}. {constraints[i]}");
        return input.Length == 0 ? text.ToString() : text.Append("\n# Inputs:\n").Append(input).ToString();
    }
}

/// <summary>Constraints that a model words and a judge decides: one line of a kind.</summary>
internal static class JudgedLine
{
    /// <summary>Kinds that one line can state; tables and texts belong in the input, examples are more than a line.</summary>
    private static readonly Category[] s_oneLine =
        [Category.Theme, Category.Values, Category.Privacy, Category.RolePlay, Category.Audience, Category.Precondition,
            Category.ProcessBackground, Category.Tone, Category.Emotion, Category.LinguisticFeature];

    /// <summary>The types, in a fixed order.</summary>
    public static IReadOnlyList<JudgedType> Types { get; } =
        [.. ConstraintTypes.All.OfType<JudgedType>().Where(s => s_oneLine.Contains(s.Category))];

    /// <summary>The line as a constraint of its type; its text is the argument too.</summary>
    public static StatedConstraint Of(JudgedType type, string line) => new(type.Of(line), line);
}
