using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>
/// lora_linear with the rank-r products in C++, one pass over the large operand each; formula and shapes at
/// <see cref="ILoraLinear"/>. The product with W is libtorch's.
/// </summary>
public sealed unsafe class CpuLoraLinear : ILoraLinear
{
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout, torch.Generator? generator)
    {
        ILoraLinear.Check(x, weight, bias, A, B, scaling, dropout, generator);
        if (A is null || B is null)
            return torch.nn.functional.linear(x, weight, bias);
        new Expect("lora_linear").Cpu(x, nameof(x));
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor? dropped = dropout == 0 ? null : ILoraLinear.Drop(x.to(Precision.Accumulation(x.dtype)), dropout, generator);
        nint y;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_lora_linear(
            x.Handle, dropped?.Handle ?? 0, weight.Handle, bias?.Handle ?? 0, A.Handle, B.Handle, scaling, &y));
        GC.KeepAlive((x, dropped, weight, bias, A, B));
        return torch.Tensor.UnsafeCreateTensor(y).MoveToOuterDisposeScope();
    }
}
