namespace TraceFast.Constraints.Recognition;

/// <summary>What a pattern read: a sort's name with arguments, not yet a valid constraint.</summary>
internal sealed record Reading(string Sort, Arguments Arguments, TextSpan Where, Scope Scope = Scope.Whole)
{
    /// <summary>
    /// One reading in place of two ends of one range ("not under 100, not above 200"); null: they are not that.
    /// </summary>
    public static Reading? Join(Reading first, Reading second)
    {
        if (first.Sort != second.Sort || first.Scope != second.Scope || first.Arguments.Values.Count != 1 || second.Arguments.Values.Count != 1)
            return null;
        (Reading low, Reading high) = first.Arguments.Has("min") ? (first, second) : (second, first);
        if (!low.Arguments.Has("min") || !high.Arguments.Has("max"))
            return null;
        int start = Math.Min(first.Where.Start, second.Where.Start);
        int end = Math.Max(first.Where.Start + first.Where.Length, second.Where.Start + second.Where.Length);
        return new(first.Sort, Arguments.Of(("min", low.Arguments.Integer("min")), ("max", high.Arguments.Integer("max"))), new(start, end - start), first.Scope);
    }
}
