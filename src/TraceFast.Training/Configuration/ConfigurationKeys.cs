using System.Reflection;

namespace TraceFast.Training.Configuration;

/// <summary>
/// Every key that a configuration may hold: those that properties of <see cref="RunConfiguration"/> declare, and those of other trainers,
/// from <c>other-trainers-keys.txt</c>, which are ignored or refused. Names and defaults are LLaMA-Factory's and transformers' where the
/// key is theirs.
/// </summary>
public static class ConfigurationKeys
{
    private static readonly Dictionary<string, ConfigurationKey> s_byProperty = [];
    private static readonly Dictionary<string, ConfigurationKey> s_byName = [];

    static ConfigurationKeys()
    {
        const BindingFlags declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (PropertyInfo property in typeof(RunConfiguration).GetProperties(declared))
        {
            if (property.GetCustomAttribute<KeyAttribute>() is not { } attribute)
                continue;
            ConfigurationKey key = Declared(property, attribute);
            s_byProperty.Add(property.Name, key);
            s_byName.Add(key.Name, key);
            if (attribute.Alias is { } alias)
                s_byName.Add(alias, key with { Name = alias, AliasOf = key.Name });
        }
        foreach (ConfigurationKey key in OtherTrainers())
            s_byName.Add(key.Name, key);
    }

    /// <summary>The keys that apply, each under its one name, in the order of their groups and declarations.</summary>
    public static IEnumerable<ConfigurationKey> Applied => s_byProperty.Values.OrderBy(k => k.Declared.Group);

    /// <summary>The key of that name, or null.</summary>
    public static ConfigurationKey? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The known key whose name is nearest to <paramref name="name"/>.</summary>
    public static string Nearest(string name) => NearestNames.Of(name, s_byName.Keys, 1)[0];

    /// <summary>The key that a property declares.</summary>
    internal static ConfigurationKey OfProperty(string property) => s_byProperty[property];

    private static ConfigurationKey Declared(PropertyInfo property, KeyAttribute attribute)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        string[] choices = attribute switch
        {
            { Choices: { Length: > 0 } given } => given,
            { ChoicesOf: { } source } => [.. (IReadOnlyList<string>)source.GetProperty("Names")!.GetValue(null)!],
            _ => type.IsEnum ? [.. Enum.GetNames(type).Select(SnakeCase)] : [],
        };
        KeyKind kind =
            choices.Length > 0 ? KeyKind.Choice
            : attribute.NullIsValue ? KeyKind.BooleanOrNull
            : type == typeof(bool) ? KeyKind.Boolean
            : type == typeof(int) ? KeyKind.Integer
            : type == typeof(double) ? KeyKind.Number
            : type == typeof(string) ? KeyKind.Text
            : type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? KeyKind.List
            : KeyKind.Map;
        return new ConfigurationKey(SnakeCase(property.Name), kind, KeyUse.Applies, attribute.Meaning)
        {
            Declared = attribute,
            Choices = choices,
        };
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    private static IEnumerable<ConfigurationKey> OtherTrainers()
    {
        using Stream stream = typeof(ConfigurationKeys).Assembly.GetManifestResourceStream("other-trainers-keys.txt")!;
        using StreamReader reader = new(stream);
        (KeyUse use, string reason) = (default, "");
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("ignored: ", StringComparison.Ordinal))
                (use, reason) = (KeyUse.Ignored, line["ignored: ".Length..]);
            else if (line.StartsWith("refused: ", StringComparison.Ordinal))
                (use, reason) = (KeyUse.Refused, line["refused: ".Length..]);
            else if (!line.StartsWith('#'))
                foreach (string name in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    yield return new ConfigurationKey(name, KeyKind.Any, use, reason);
        }
    }
}
