using TraceFast.Constraints.Content;
using TraceFast.Constraints.Example;
using TraceFast.Constraints.Format;
using TraceFast.Constraints.Situation;
using TraceFast.Constraints.Style;

namespace TraceFast.Constraints;

/// <summary>All sorts.</summary>
public static class Sorts
{
    private static readonly Dictionary<string, Sort> ByName;

    static Sorts()
    {
        All = [.. ContentSorts.All, .. SituationSorts.All, .. StyleSorts.All, .. FormatSorts.All, .. ExampleSorts.All];
        ByName = All.ToDictionary(s => s.Name, StringComparer.Ordinal);
    }

    public static IReadOnlyList<Sort> All { get; }

    /// <exception cref="ConstraintException">There is no such sort.</exception>
    public static Sort Get(string name) => ByName.GetValueOrDefault(name) ?? throw new ConstraintException($"there is no sort of constraint \"{name}\"");
}
