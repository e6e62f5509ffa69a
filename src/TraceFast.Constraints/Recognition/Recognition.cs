namespace TraceFast.Constraints.Recognition;

/// <summary>One exact constraint read out of a line.</summary>
/// <param name="Constraint">What a program checks.</param>
/// <param name="Where">The words of the line that say it.</param>
public sealed record RecognizedConstraint(Constraint Constraint, TextSpan Where);

/// <summary>What was read out of one line of an instruction.</summary>
/// <param name="Found">Exact constraints, in the order of the line; none: the whole line is for a judge.</param>
/// <param name="IsWhole">
/// True: they say everything that the line asks for, so that a program alone decides whether the line is obeyed. False: the line asks for more, so that
/// violating one of them violates the line, but obeying all of them leaves the rest to a judge.
/// </param>
public sealed record Recognition(IReadOnlyList<RecognizedConstraint> Found, bool IsWhole)
{
    /// <summary>Nothing that a program decides.</summary>
    public static Recognition ForJudge { get; } = new([], false);
}
