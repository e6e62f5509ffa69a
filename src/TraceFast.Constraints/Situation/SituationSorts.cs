namespace TraceFast.Constraints.Situation;

/// <summary>The sorts of the group.</summary>
internal static class SituationSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new RolePlaySort(), new AudienceSort(), new PreconditionSort(), new ProcessBackgroundSort(), new MarkdownProcessBackgroundSort(), new TableBackgroundSort(), new TextBackgroundSort(),
    ];
}
