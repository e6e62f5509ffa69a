using TraceFast.Inference.Export;

namespace TraceFast.Cli;

/// <summary>The precision of an export that an option names.</summary>
internal static class PrecisionChoice
{
    /// <summary>Those that an export can have.</summary>
    public static string[] Exports { get; } = [.. Enum.GetNames<ExportPrecision>().Select(n => n.ToLowerInvariant())];

    /// <summary>Those and auto.</summary>
    public static string[] Names { get; } = ["auto", .. Exports];

    /// <summary>Null: auto.</summary>
    public static ExportPrecision? Parse(string name) => name == "auto" ? null : Enum.Parse<ExportPrecision>(name, ignoreCase: true);
}
