namespace TraceFast.Models.Files;

/// <summary>One tensor's entry in a safetensors header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Element type as stored.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Offset">First byte of its data, counted from the start of the file.</param>
/// <param name="ByteCount">Bytes of data, little-endian, row-major.</param>
public sealed record SafetensorsTensor(string Name, torch.ScalarType DType, long[] Shape, long Offset, long ByteCount)
{
    /// <summary>The shape as it is printed in messages: [2, 3].</summary>
    public string ShapeText => FormatShape(Shape);

    internal static string FormatShape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
