namespace TraceFast.Constraints;

/// <summary>One constraint: a sort with its arguments, about a part of the answer. Valid by construction.</summary>
public sealed record Constraint
{
    /// <exception cref="ConstraintException">The sort does not take these arguments or does not speak about that part.</exception>
    public Constraint(Sort sort, Arguments arguments, Scope part = Scope.Whole)
    {
        Sort = sort;
        Arguments = arguments;
        Scope = part;
        sort.Validate(arguments, part);
    }

    public Sort Sort { get; }

    public Arguments Arguments { get; }

    public Scope Scope { get; }

    public Verdict Check(Response response) => Sort.Check(this, response);

    /// <summary>Whether the two can not stand in one instruction.</summary>
    public bool ConflictsWith(Constraint other) => Sort.Conflicts(this, other) || other.Sort.Conflicts(other, this);

    public override string ToString() => $"{Sort.Name}({Arguments}{(Scope == Scope.Whole ? "" : $"; {Scope}")})";

    public bool Equals(Constraint? other) => other is not null && other.Sort == Sort && other.Scope == Scope && other.Arguments.Equals(Arguments);

    public override int GetHashCode() => HashCode.Combine(Sort.Name, Scope, Arguments);
}
