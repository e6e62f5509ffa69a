using TraceFast.Kernels.RmsNorm;

namespace TraceFast.Kernels;

/// <summary>
/// One provider of one operation. A provider is reached through its operation's class alone (for example
/// <see cref="RmsNormKernel"/>): the public methods there check the arguments and then call the provider's protected core.
/// </summary>
public abstract class Kernel
{
    private protected Kernel(string operation, KernelProvider provider)
    {
        (Operation, BackwardName) = (operation, operation + " backward");
        Provider = provider;
        Expect = new Expect(operation);
    }

    /// <summary>The operation's standard name, for example <c>rms_norm</c>.</summary>
    public string Operation { get; }

    /// <summary>Who computes it.</summary>
    public KernelProvider Provider { get; }

    /// <summary>What a profile calls the backward pass.</summary>
    internal string BackwardName { get; }

    private protected Expect Expect { get; }

    /// <summary>The tensor has a device and a dtype that the provider takes.</summary>
    private protected void CheckProvider(torch.Tensor tensor, string argument)
    {
        if (Provider.Device is DeviceType device)
            Expect.On(device, tensor, argument);
    }
}

/// <summary>Who computes an operation, and on which tensors.</summary>
/// <param name="Name">As logs print it.</param>
/// <param name="Device">Takes float64, float32 and bfloat16 there; null: every device and floating-point dtype.</param>
public sealed record KernelProvider(string Name, DeviceType? Device = null)
{
    /// <summary>The formula in libtorch operations, with nothing clever about it: what the others are tested against.</summary>
    public static KernelProvider Reference { get; } = new("reference");

    /// <summary>libtorch operations by tiles, where the formula as written would need too much memory.</summary>
    public static KernelProvider Tiled { get; } = new("tiled");

    /// <summary>C++ for the processor (native/kernels).</summary>
    public static KernelProvider Cpu { get; } = new("cpu", DeviceType.CPU);

    /// <summary>ILGPU's PTX for NVIDIA GPUs (src/TraceFast.GpuKernels).</summary>
    public static KernelProvider Cuda { get; } = new("cuda", DeviceType.CUDA);
}
