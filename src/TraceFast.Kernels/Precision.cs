namespace TraceFast.Kernels;

/// <summary>Which dtypes the operations take, and in which they reduce.</summary>
internal static class Precision
{
    /// <summary>The dtype of norms, softmax, log-sum-exp and optimizer states: float64 for float64, else float32.</summary>
    public static torch.ScalarType Accumulation(torch.ScalarType dtype) =>
        dtype == torch.ScalarType.Float64 ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

    public static bool IsFloating(torch.ScalarType dtype) =>
        dtype is torch.ScalarType.Float64 or torch.ScalarType.Float32 or torch.ScalarType.BFloat16 or torch.ScalarType.Float16;

    public static bool Is16Bit(torch.ScalarType dtype) => dtype is torch.ScalarType.BFloat16 or torch.ScalarType.Float16;

    /// <summary>Bytes of one element.</summary>
    public static int Size(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Float64 or torch.ScalarType.Int64 => 8,
        torch.ScalarType.Float32 or torch.ScalarType.Int32 => 4,
        torch.ScalarType.BFloat16 or torch.ScalarType.Float16 => 2,
        _ => 1,
    };
}
