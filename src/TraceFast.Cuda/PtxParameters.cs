using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceFast.Cuda;

/// <summary>The parameters that a kernel's PTX declares.</summary>
internal static partial class PtxParameters
{
    /// <summary>Bytes of each, in order.</summary>
    public static int[] Sizes(string ptx) =>
        [.. Declaration().Matches(ptx).Select(m => m.Groups["count"].Success
            ? int.Parse(m.Groups["count"].Value, CultureInfo.InvariantCulture)
            : int.Parse(m.Groups["bits"].Value, CultureInfo.InvariantCulture) / 8)];

    [GeneratedRegex(@"^\s*\.param\s+(\.align\s+\d+\s+)?\.[a-z](?<bits>\d+)\s+\w+(\[(?<count>\d+)\])?,?$", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
