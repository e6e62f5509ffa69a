namespace TraceFast.Kernels.LoraLinear;

/// <summary>lora_linear in libtorch operations; formula and shapes at <see cref="LoraLinearKernel"/>.</summary>
public sealed class ReferenceLoraLinear() : LoraLinearKernel(KernelProvider.Reference)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
        torch.Generator? generator)
    {
        if (A is null || B is null)
            return torch.nn.functional.linear(x, weight, bias);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor y = torch.nn.functional.linear(x, weight, bias); // [N, O]
        torch.Tensor u = torch.nn.functional.linear(Drop(x.to(A.dtype), dropout, generator), A); // [N, r]
        torch.Tensor update = torch.nn.functional.linear(u * scaling, B); // [N, O]
        return (y + update).to(x.dtype).MoveToOuterDisposeScope();
    }
}
