namespace TraceFast.Constraints.Example;

/// <summary>The sorts of the group.</summary>
internal static class ExampleSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new PositiveExampleSort(), new NegativeExampleSort(), new ExampleShapeSort(),
    ];
}
