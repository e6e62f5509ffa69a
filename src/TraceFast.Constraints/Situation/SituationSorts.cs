namespace TraceFast.Constraints.Situation;

/// <summary>The sorts of the group.</summary>
internal static class SituationSorts
{
    public static IReadOnlyList<Sort> All { get; } = [];
}
