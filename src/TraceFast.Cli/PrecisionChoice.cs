using TraceFast.Inference.Export;

namespace TraceFast.Cli;

/// <summary>The precision of an export that an option names.</summary>
internal static class PrecisionChoice
{
    public static string[] Names { get; } = ["auto", .. Enum.GetNames<ExportPrecision>().Select(n => n.ToLowerInvariant())];

    /// <summary>Null: auto.</summary>
    public static ExportPrecision? Parse(string name) => name == "auto" ? null : Enum.Parse<ExportPrecision>(name, ignoreCase: true);
}
