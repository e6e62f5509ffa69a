using TraceFast.Cuda;

namespace TraceFast.Kernels.Cuda;

/// <summary>One argument of a GPU kernel: a tensor or a number. A null tensor is a view of nothing.</summary>
internal readonly struct KernelArgument
{
    private KernelArgument(LaunchArgument argument) => Argument = argument;

    private unsafe KernelArgument(torch.Tensor tensor)
    {
        Tensor = tensor;
        // Elements up to the last one that the strides reach.
        long[] shape = tensor.shape;
        long length = 1;
        for (int i = 0; i < shape.Length; i++)
            length += (shape[i] - 1) * tensor.stride(i);
        nint address = (nint)tensor.Address();
        Argument = LaunchArgument.View(address, length);
        Memory = (address, length * Precision.Size(tensor.dtype));
    }

    public LaunchArgument Argument { get; }

    /// <summary>What must live until the launch has returned.</summary>
    public torch.Tensor? Tensor { get; }

    /// <summary>The tensor's memory; empty for a number.</summary>
    public (nint Address, long Bytes) Memory { get; }

    public static implicit operator KernelArgument(torch.Tensor? tensor) =>
        tensor is null || tensor.numel() == 0 ? new KernelArgument(LaunchArgument.View(0, 0)) : new KernelArgument(tensor);

    public static implicit operator KernelArgument(int value) => new(LaunchArgument.Number(value));

    public static implicit operator KernelArgument(long value) => new(LaunchArgument.Number(value));

    public static implicit operator KernelArgument(double value) => new(LaunchArgument.Number(value));

    public static implicit operator KernelArgument(float value) => new(LaunchArgument.Number(value));

    /// <summary>A number of the accumulation dtype of <paramref name="dtype"/>.</summary>
    public static KernelArgument Real(double value, torch.ScalarType dtype) =>
        Precision.Accumulation(dtype) == torch.ScalarType.Float64 ? (KernelArgument)value : (float)value;
}
