using System.Collections.Frozen;
using System.Reflection;

namespace TraceFast.Constraints;

/// <summary>All constraint types: the static readonly fields of this assembly that hold one, in the order of categories and names.</summary>
public static class ConstraintTypes
{
    private static readonly FrozenDictionary<string, ConstraintType> s_byName;
    private static readonly FrozenDictionary<Type, ConstraintType> s_byRecord;

    static ConstraintTypes()
    {
        List<Category> categories = [.. Category.All];
        All =
        [
            .. typeof(Constraint).Assembly.GetTypes()
                .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
                .Where(f => f.IsInitOnly && f.FieldType.IsAssignableTo(typeof(ConstraintType)))
                .Select(f => (ConstraintType)f.GetValue(null)!)
                .OrderBy(t => categories.IndexOf(t.Category)).ThenBy(t => t.Name, StringComparer.Ordinal),
        ];
        s_byName = All.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        s_byRecord = All.GroupBy(t => t.Record).Where(g => g.Count() == 1).ToFrozenDictionary(g => g.Key, g => g.Single());
    }

    public static IReadOnlyList<ConstraintType> All { get; }

    /// <exception cref="ConstraintException">There is no such type.</exception>
    public static ConstraintType Get(string name) => s_byName.GetValueOrDefault(name) ?? throw new ConstraintException($"there is no constraint type \"{name}\"");

    /// <summary>The type of a record that has one type alone.</summary>
    internal static ConstraintType Of(Type record) => s_byRecord[record];
}
