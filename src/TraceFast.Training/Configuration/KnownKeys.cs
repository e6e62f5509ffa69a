using TraceFast.Data;

namespace TraceFast.Training.Configuration;

/// <summary>
/// Every key that a configuration may hold: those of LLaMA-Factory and transformers, with their names and defaults, and this
/// project's own. A key stands in exactly one of three groups: it applies, it does not apply here, or it is refused.
/// </summary>
public static partial class KnownKeys
{
    private static readonly Dictionary<string, ConfigurationKey> ByName =
        ((ConfigurationKey[])[.. ModelKeys, .. DataKeys, .. MethodKeys, .. TrainingKeys, .. OutputKeys, .. ElsewhereKeys, .. RefusedKeys]).ToDictionary(k => k.Name);

    /// <summary>All keys.</summary>
    public static IReadOnlyCollection<ConfigurationKey> All => ByName.Values;

    /// <summary>The key of that name, or null.</summary>
    public static ConfigurationKey? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The known key whose name is nearest to <paramref name="name"/>.</summary>
    public static string Nearest(string name) => NearestNames.Of(name, ByName.Keys, 1)[0];

    private static ConfigurationKey Text(string name, string? value, string meaning) => new(name, KeyKind.Text, value, KeyUse.Applies, meaning);

    private static ConfigurationKey List(string name, string? value, string meaning) => new(name, KeyKind.List, value, KeyUse.Applies, meaning);

    private static ConfigurationKey Map(string name, string meaning) => new(name, KeyKind.Map, null, KeyUse.Applies, meaning);

    private static ConfigurationKey Switch(string name, string? value, string meaning) => new(name, KeyKind.Boolean, value, KeyUse.Applies, meaning);

    private static ConfigurationKey Choice(string name, string? value, string[] choices, string meaning) =>
        new(name, KeyKind.Choice, value, KeyUse.Applies, meaning) { Choices = choices };

    private static ConfigurationKey Integer(string name, string? value, int min, string meaning, int max = int.MaxValue) =>
        new(name, KeyKind.Integer, value, KeyUse.Applies, meaning) { Min = min, Max = max };

    private static ConfigurationKey Number(string name, string? value, double min, string meaning, double max = double.PositiveInfinity, bool above = false) =>
        new(name, KeyKind.Number, value, KeyUse.Applies, meaning) { Min = min, Max = max, Above = above };

    private static ConfigurationKey Alias(string name, string of)
    {
        ConfigurationKey key = ((ConfigurationKey[])[.. MethodKeys, .. TrainingKeys]).Single(k => k.Name == of);
        return key with { Name = name, AliasOf = of, Default = null };
    }
}
