using System.Text.RegularExpressions;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// How ONNX Runtime GenAI turns a dotted module name into a node's path: dots become slashes, but for the one before a layer's number.
/// </summary>
internal static partial class GraphNames
{
    public static string Path(string module) => NotBeforeNumber().Replace(module, "/");

    [GeneratedRegex(@"\.(?!\d)")]
    private static partial Regex NotBeforeNumber();
}
