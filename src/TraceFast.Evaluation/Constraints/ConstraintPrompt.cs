using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Evaluation.Constraints;

/// <summary>An instruction with the constraints that it states.</summary>
/// <param name="Prompt">The user's last message.</param>
/// <param name="Constraints">In the order in which it states them; those that only a reader can judge may be among them.</param>
public sealed record ConstraintPrompt(string Prompt, IReadOnlyList<StatedConstraint> Constraints)
{
    /// <summary>What a file of responses calls it; null: its number, from 1.</summary>
    public string? Id { get; init; }

    /// <summary>What the bootstrap draws: prompts of one unit belong together (the two of a quad), and stand one behind the other; null: its index, so that it stands alone.</summary>
    public int? Unit { get; init; }

    /// <summary>1-based line of the file that states it; 0: no file does.</summary>
    public int Line { get; init; }

    /// <summary>The turns before the prompt.</summary>
    public IReadOnlyList<Message> Before { get; init; } = [];
}
