namespace TraceFast.Constraints.Recognition;

/// <summary>What a pattern read.</summary>
/// <param name="Span">The words of the line that ask for it.</param>
/// <param name="Constraint">The constraint; null: its type refuses what was read, for example a mark of two characters, so that a judge has to decide.</param>
internal sealed record Reading(TextSpan Span, Constraint? Constraint)
{
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
        if (first.Constraint is not { } one || second.Constraint is not { } other || one.Type != other.Type || one.Scope != other.Scope)
            return null;
        Dictionary<string, object> ends = [];
        foreach ((Field field, object value) in one.Type.ValuesOf(one).Concat(other.Type.ValuesOf(other)))
        {
            if (field.Name is not ("min" or "max") || !ends.TryAdd(field.Name, value))
                return null;
        }

        if (ends.Count < 2 || one.Type.ValuesOf(one).Count() != 1)
            return null;
        int start = Math.Min(first.Span.Start, second.Span.Start);
        int end = Math.Max(first.Span.Start + first.Span.Length, second.Span.Start + second.Span.Length);
        return Of(new(start, end - start), () => one.Type.Create(ends, one.Scope));
    }
}
