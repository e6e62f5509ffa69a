namespace TraceFast.Constraints.Content;

/// <summary>The sorts of the group.</summary>
internal static class ContentSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new WordCountSort(),
    ];
}
