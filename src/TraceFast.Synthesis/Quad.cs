using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>
/// Two instructions that differ in their constraints, and two answers: <paramref name="Y1"/> obeys <paramref name="X1"/> and not
/// <paramref name="X2"/>, <paramref name="Y2"/> obeys <paramref name="X2"/> and not <paramref name="X1"/> (arXiv 2411.06208, section 4).
/// <see cref="QuadCheck"/> tells whether that holds.
/// </summary>
/// <param name="X1">The first instruction, its constraints included.</param>
/// <param name="Y1">Its answer.</param>
/// <param name="X2">The second instruction.</param>
/// <param name="Y2">Its answer.</param>
/// <param name="Constraints1">The exact constraints of X1, in the order in which X1 states them.</param>
/// <param name="Constraints2">The exact constraints of X2.</param>
public sealed record Quad(string X1, string Y1, string X2, string Y2, IReadOnlyList<StatedConstraint> Constraints1,
    IReadOnlyList<StatedConstraint> Constraints2)
{
    public Language Language { get; init; }

    /// <summary>
    /// The turns before the instruction, the same for both: a system text, earlier questions and answers. X1 and X2 are the user's last
    /// turn.
    /// </summary>
    public IReadOnlyList<Message> Before { get; init; } = [];

    /// <summary>What the task is about, where the generator knows it.</summary>
    public string? Topic { get; init; }

    /// <summary>Constraints that only a reader can judge; both instructions have them, so that they favor neither answer.</summary>
    public IReadOnlyList<StatedConstraint> Unchecked { get; init; } = [];

    /// <summary>
    /// Numbers (from 0) of the constraints of X1 that Y1 was made to break: noise that was asked for. Empty: Y1 obeys all.
    /// </summary>
    public IReadOnlyList<int> Broken1 { get; init; } = [];

    /// <summary>Numbers of the constraints of X2 that Y2 was made to break.</summary>
    public IReadOnlyList<int> Broken2 { get; init; } = [];

    /// <summary>Y1 begins with a title that nobody asked for, on purpose.</summary>
    public bool IsConfounded { get; init; }

    /// <summary>Which way it was made: "synth", "preference", "sft" or "model".</summary>
    public string Source { get; init; } = "synth";

    /// <summary>The record that it was made from, "file:line", where there is one.</summary>
    public string? Origin { get; init; }

    /// <summary>The seed that it was sampled with, where one was.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Its number under the seed.</summary>
    public long? Index { get; init; }
}
