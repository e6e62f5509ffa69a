using System.Collections.Frozen;

namespace TraceFast.Tokenization.Jinja;

/// <summary>value | name(arguments)</summary>
internal delegate object? FilterFunction(RenderState state, object? value, Arguments arguments);

/// <summary>Filters by name. Each group has its own file and adds itself here.</summary>
internal static class Filter
{
    private static readonly FrozenDictionary<string, FilterFunction> Table = new IEnumerable<KeyValuePair<string, FilterFunction>>[]
    {
        TextFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All, OrderFilters.All, ValueFilters.All,
    }.SelectMany(group => group).ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Exists(string name) => Table.ContainsKey(name);

    public static FilterFunction Find(string name) =>
        Table.TryGetValue(name, out FilterFunction? filter) ? filter : throw new JinjaFault($"No filter named '{name}'.");
}
