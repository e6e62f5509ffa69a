namespace TraceFast.Constraints.Recognition;

/// <summary>What a pattern read.</summary>
internal sealed class Reading
{
    /// <summary>The only value of the constraint, where that is one end of a range.</summary>
    private readonly (Field Field, object Value)? _end;

    private Reading(TextSpan span, Constraint? constraint)
    {
        (Span, Constraint) = (span, constraint);
        if (constraint?.Type.ValuesOf(constraint).Take(2).ToArray() is [var only] && only.Field.Name is "min" or "max")
            _end = only;
    }

    /// <summary>The words of the line that ask for it.</summary>
    public TextSpan Span { get; }

    /// <summary>The constraint; null: its type refuses what was read, for example a mark of two characters, so that a judge has to decide.</summary>
    public Constraint? Constraint { get; }

    public static Reading Of(TextSpan span, Func<Constraint> constraint)
    {
        try
        {
            return new(span, constraint());
        }
        catch (ConstraintException)
        {
            return new(span, null);
        }
    }

    /// <summary>
    /// One reading in place of two ends of one range ("not under 100, not above 200"); null: they are not that.
    /// </summary>
    public static Reading? Join(Reading first, Reading second)
    {
        if (first._end is not { } one || second._end is not { } other || one.Field == other.Field || first.Constraint!.Type != second.Constraint!.Type || first.Constraint.Scope != second.Constraint.Scope)
            return null;
        int start = Math.Min(first.Span.Start, second.Span.Start);
        int end = Math.Max(first.Span.Start + first.Span.Length, second.Span.Start + second.Span.Length);
        Dictionary<string, object> range = new() { [one.Field.Name] = one.Value, [other.Field.Name] = other.Value };
        return Of(new(start, end - start), () => first.Constraint.Type.Create(range, first.Constraint.Scope));
    }
}
