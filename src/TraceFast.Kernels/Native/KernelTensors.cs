namespace TraceFast.Kernels.Native;

/// <summary>Tensors as the kernels' plain arguments.</summary>
internal static class KernelTensors
{
    public static KernelDtype KernelDtype(this torch.Tensor tensor) => tensor.dtype switch
    {
        torch.ScalarType.Float32 => Native.KernelDtype.Float32,
        torch.ScalarType.Float64 => Native.KernelDtype.Float64,
        torch.ScalarType.BFloat16 => Native.KernelDtype.BFloat16,
        torch.ScalarType other =>
            throw new ArgumentException($"the CPU kernels take float32, float64 and bfloat16, not {other}", nameof(tensor)),
    };

    /// <summary>[..., W] as [rows, W] with neighboring columns, copied only where the strides do not allow it.</summary>
    public static torch.Tensor AsRows(this torch.Tensor tensor)
    {
        long[] shape = tensor.shape;
        long width = shape[^1];
        torch.Tensor matrix = shape.Length == 2 ? tensor : tensor.reshape(width == 0 ? 0 : tensor.numel() / width, width);
        return matrix.stride(1) == 1 || width <= 1 ? matrix : matrix.contiguous();
    }
}
