namespace TraceFast.Constraints;

/// <summary>A constraint as one instruction states it.</summary>
/// <param name="Constraint">What is asked.</param>
/// <param name="Text">The statement as it stands in the instruction, without the instruction's own bullets and separators.</param>
public sealed record StatedConstraint(Constraint Constraint, string Text);
