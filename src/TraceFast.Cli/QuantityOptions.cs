using System.CommandLine.Parsing;

namespace TraceFast.Cli;

/// <summary>Options with a unit. A text without one is a usage error that names the units.</summary>
internal static class QuantityOptions
{
    /// <summary>Null if not given.</summary>
    public static Option<double?> Optional(string name, string description, Quantity quantity) => new(name)
    {
        Description = description,
        HelpName = quantity.Example,
        CustomParser = result => Parse(result, name, quantity),
    };

    private static double? Parse(ArgumentResult result, string name, Quantity quantity)
    {
        string text = result.Tokens is [{ Value: { } value }] ? value : "";
        if (quantity.Read(text) is double read)
            return read;
        result.AddError(
            $"{name}: found '{text}', expected a number above 0 with one of the units "
            + $"{string.Join(", ", quantity.Units.Select(u => u.Unit))}, for example {quantity.Example}");
        return null;
    }
}
