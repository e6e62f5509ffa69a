using System.Text.RegularExpressions;

namespace TraceFast.Inference.Export.Graph;

/// <summary>Names of the graph's inputs and outputs, and of their dimensions: those of ONNX Runtime GenAI.</summary>
public static class GraphIo
{
    /// <summary>int64 [batch, sequence].</summary>
    public const string InputIds = "input_ids";

    /// <summary>
    /// int64 [batch, total]: 1 for each token that a row has so far, these included; the ones of a row come first, zeros after them.
    /// </summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>int64 [batch, positions], only in graphs with <see cref="HeadPositions.Selected"/>.</summary>
    public const string LogitPositions = "logit_positions";

    /// <summary>[batch, sequence or positions, vocabulary].</summary>
    public const string Logits = "logits";

    public const string BatchDim = "batch_size";
    public const string SequenceDim = "sequence_length";
    public const string TotalDim = "total_sequence_length";
    public const string PastDim = "past_sequence_length";
    public const string PositionsDim = "positions";

    /// <summary>[batch, key-value heads, past, head size].</summary>
    public static string PastKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.key");

    public static string PastValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.value");

    /// <summary>[batch, key-value heads, total, head size]; may be bound to the same memory as the past.</summary>
    public static string PresentKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.key");

    public static string PresentValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.value");
}

/// <summary>
/// How ONNX Runtime GenAI turns a dotted module name into a node's path: dots become slashes, but for the one before a layer's number.
/// </summary>
internal static partial class GraphNames
{
    public static string Path(string module) => NotBeforeNumber().Replace(module, "/");

    [GeneratedRegex(@"\.(?!\d)")]
    private static partial Regex NotBeforeNumber();
}
