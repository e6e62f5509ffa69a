namespace TraceFast.Constraints.Style;

/// <summary>The sorts of the group.</summary>
internal static class StyleSorts
{
    public static IReadOnlyList<Sort> All { get; } = [];
}
