namespace TraceFast.Constraints.Format;

/// <summary>The sorts of the group.</summary>
internal static class FormatSorts
{
    public static IReadOnlyList<Sort> All { get; } = [];
}
