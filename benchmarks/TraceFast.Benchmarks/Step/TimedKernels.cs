using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Rope;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Kernels;

namespace TraceFast.Benchmarks.Step;

/// <summary>A kernel set whose operations add their forward time to a profile.</summary>
internal static class TimedKernels
{
    public static KernelSet Of(KernelSet set, StepProfile profile) => set with
    {
        RmsNorm = new TimedRmsNorm(set.RmsNorm, profile),
        Rope = new TimedRope(set.Rope, profile),
        SwiGlu = new TimedSwiGlu(set.SwiGlu, profile),
        TreeAttention = new TimedTreeAttention(set.TreeAttention, profile),
        LoraLinear = new TimedLoraLinear(set.LoraLinear, profile),
        LinearLogProb = new TimedLinearLogProb(set.LinearLogProb, profile),
    };

    private sealed class TimedRmsNorm(RmsNormKernel inner, StepProfile profile) : RmsNormKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style) =>
            profile.Time("rms_norm forward", () => inner.Forward(x, weight, eps, style));

        protected override (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
            torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style) =>
            profile.Time("rms_norm forward", () => inner.ForwardAdd(x, residual, weight, eps, style));
    }

    private sealed class TimedRope(RopeKernel inner, StepProfile profile) : RopeKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin) =>
            profile.Time("rope forward", () => inner.Forward(x, cos, sin));
    }

    private sealed class TimedSwiGlu(SwiGluKernel inner, StepProfile profile) : SwiGluKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(torch.Tensor gate, torch.Tensor up, GateActivation activation) =>
            profile.Time("swiglu forward", () => inner.Forward(gate, up, activation));
    }

    private sealed class TimedTreeAttention(TreeAttentionKernel inner, StepProfile profile) : TreeAttentionKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(
            torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap) =>
            profile.Time("tree_attention forward", () => inner.Forward(q, k, v, layout, scale, window, softcap));
    }

    private sealed class TimedLoraLinear(LoraLinearKernel inner, StepProfile profile) : LoraLinearKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(
            torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
            torch.Generator? generator) =>
            profile.Time("lora_linear forward", () => inner.Forward(x, weight, bias, A, B, scaling, dropout, generator));
    }

    private sealed class TimedLinearLogProb(LinearLogProbKernel inner, StepProfile profile) : LinearLogProbKernel(inner.Provider)
    {
        protected override torch.Tensor ForwardCore(
            torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap) =>
            profile.Time("linear_log_prob forward", () => inner.Forward(hidden, weight, targets, logitScale, softcap));
    }
}
