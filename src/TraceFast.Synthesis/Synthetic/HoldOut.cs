using TraceFast.Constraints.Templates;
using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Synthesis;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>What is kept out of the training quads, so that generalisation to it can be measured.</summary>
public enum HoldOutKind
{
    /// <summary>Templates of constraints.</summary>
    Template,

    /// <summary>Types of constraints.</summary>
    Type,

    Topic,

    /// <summary>Sets of types in one instruction.</summary>
    Combination,
}

/// <summary>
/// Shares of templates, types, topics and combinations that are held out. What is held out follows from names alone, not from the seed:
/// files made with different seeds do not leak into each other's splits.
/// </summary>
/// <param name="Shares">For each kind the share, between 0 and 1.</param>
public sealed record HoldOut(IReadOnlyDictionary<HoldOutKind, double> Shares)
{
    public static HoldOut Nothing { get; } = new(new Dictionary<HoldOutKind, double>());

    /// <param name="texts">As on the command line: "topic=0.2". The kinds template and type are also read by their older names, wording and
    /// sort.</param>
    /// <exception cref="InputException">What a text should be.</exception>
    public static HoldOut Parse(IEnumerable<string> texts)
    {
        Dictionary<HoldOutKind, double> shares = [];
        foreach (string text in texts)
        {
            string[] parts = text.Split('=');
            if (parts.Length != 2 || KindOf(parts[0]) is not { } kind
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double share)
                    || !(share > 0 && share < 1))
                throw new InputException(
                    $"--hold-out {text}: expected template, type, topic or combination, = and a "
                        + "share between 0 and 1, for example topic=0.2");
            if (!shares.TryAdd(kind, share))
                throw new InputException($"--hold-out names {parts[0]} twice");
        }

        return new(shares);
    }

    public bool Has(Topic topic) => IsHeld(HoldOutKind.Topic, topic.English.Name);

    public bool Has(ConstraintType type) => IsHeld(HoldOutKind.Type, type.Name);

    /// <summary>Sets of one type are never held out: that would be the type.</summary>
    public bool HasCombination(IEnumerable<Constraint> constraints)
    {
        string[] names = [.. constraints.Select(c => c.Type.Name).Distinct().Order(StringComparer.Ordinal)];
        return names.Length > 1 && IsHeld(HoldOutKind.Combination, string.Join('+', names));
    }

    public bool Has(ConstraintType type, Template template) =>
        IsHeld(HoldOutKind.Template, $"{type.Name}|{template.Language}|{template.Scope}|{template.When}|{template.Text}");

    private static HoldOutKind? KindOf(string name) => name.ToLowerInvariant() switch
    {
        "template" or "wording" => HoldOutKind.Template,
        "type" or "sort" => HoldOutKind.Type,
        "topic" => HoldOutKind.Topic,
        "combination" => HoldOutKind.Combination,
        _ => null,
    };

    private bool IsHeld(HoldOutKind kind, string name) => Shares.TryGetValue(kind, out double share) && Share(name) < share;

    /// <summary>A number from 0 to 1 that depends on the name alone.</summary>
    private static double Share(string name) => (double)(ulong)(TextHash.Of(name) >> 64) / ulong.MaxValue;
}
