using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.SwiGlu;

/// <summary>swiglu on an NVIDIA GPU; formula and shapes at <see cref="SwiGluKernel"/>.</summary>
public sealed class CudaSwiGlu(CudaTarget target) : FusedSwiGlu(target.Provider)
{
    private const int Threads = 256;

    private protected override void Forward(torch.Tensor gate, torch.Tensor up, GateActivation activation, torch.Tensor y)
    {
        (int rows, int width) = CudaTarget.Size(gate);
        bool vectors = CudaTarget.FitVectors(width, gate, up, y);
        long elements = (long)rows * width;
        target.LaunchItems(
            CudaTarget.Kernel("swiglu_forward", gate.dtype, vectors), Items(elements, vectors, gate), Threads, gate, up, y, elements, width,
            gate.stride(0), up.stride(0), (int)activation);
    }

    private protected override void Backward(
        torch.Tensor gate, torch.Tensor up, torch.Tensor dy, GateActivation activation, torch.Tensor dgate, torch.Tensor dup)
    {
        (int rows, int width) = CudaTarget.Size(gate);
        bool vectors = CudaTarget.FitVectors(width, gate, up, dy, dgate, dup);
        long elements = (long)rows * width;
        target.LaunchItems(
            CudaTarget.Kernel("swiglu_backward", gate.dtype, vectors), Items(elements, vectors, gate), Threads, gate, up, dy, dgate, dup,
            elements, width, gate.stride(0), up.stride(0), (int)activation);
    }

    private static long Items(long elements, bool vectors, torch.Tensor gate) =>
        vectors ? elements / CudaTarget.PerVector(gate.dtype) : elements;
}
