using TraceFast.Kernels;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Rope;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.TreeAttention;
using static TraceFast.Benchmarks.Kernels.Direction;

namespace TraceFast.Benchmarks.Kernels;

/// <summary>Which part of an operation is timed.</summary>
public enum Direction
{
    /// <summary>Without recording for a backward.</summary>
    Forward,

    /// <summary>The backward of a recorded forward.</summary>
    Backward,

    /// <summary>Forward and backward, of operations that make the gradient in the forward's sweep.</summary>
    Both,

    /// <summary>An optimizer's step.</summary>
    Step,
}

/// <summary>A direction of an operation and what it costs at least.</summary>
public sealed record BenchedDirection(Direction Direction, Func<BenchedShape, torch.ScalarType, Cost> Cost);

/// <summary>One row of the table of operations.</summary>
/// <param name="Kernel">Its provider in a set.</param>
/// <param name="Size">Of its main operand, for readers.</param>
/// <param name="Dtypes">That the trainer calls it with.</param>
/// <param name="Call">Makes its operands, in the dispose scope that is open.</param>
public sealed record BenchedOperation(
    Func<KernelSet, Kernel> Kernel, Func<BenchedShape, string> Size, IReadOnlyList<torch.ScalarType> Dtypes,
    Func<KernelSet, Operands, BenchedShape, KernelCall> Call, params IReadOnlyList<BenchedDirection> Directions)
{
    private static readonly torch.ScalarType[] s_compute = [torch.ScalarType.Float32, torch.ScalarType.BFloat16];

    /// <summary>All operations of a <see cref="KernelSet"/>, in its order.</summary>
    public static IReadOnlyList<BenchedOperation> All { get; } =
    [
        new(k => k.RmsNorm, s => $"{s.Tokens} x {s.Hidden}", s_compute, KernelCalls.RmsNorm,
            new(Forward, (s, d) => RmsNormKernel.ForwardCost(s.Tokens, s.Hidden, d)),
            new(Backward, (s, d) => RmsNormKernel.BackwardCost(s.Tokens, s.Hidden, d))),
        new(k => k.Rope, s => $"{s.Tokens} x {s.Heads} x {s.HeadDim}", s_compute, KernelCalls.Rope,
            new(Forward, (s, d) => RopeKernel.Cost(s.Tokens, s.Heads, s.HeadDim, s.HeadDim, d)),
            new(Backward, (s, d) => RopeKernel.Cost(s.Tokens, s.Heads, s.HeadDim, s.HeadDim, d))),
        new(k => k.SwiGlu, s => $"{s.Tokens} x {s.Intermediate}", s_compute, KernelCalls.SwiGlu,
            new(Forward, (s, d) => SwiGluKernel.ForwardCost((long)s.Tokens * s.Intermediate, GateActivation.Silu, d)),
            new(Backward, (s, d) => SwiGluKernel.BackwardCost((long)s.Tokens * s.Intermediate, GateActivation.Silu, d))),
        new(k => k.TreeAttention, s => $"{s.Tokens} x {s.Heads}/{s.KvHeads} x {s.HeadDim}", s_compute, KernelCalls.TreeAttention,
            new(Forward, (s, d) => TreeAttentionKernel.ForwardCost(s.Layout(), null, s.Heads, s.KvHeads, s.HeadDim, d)),
            new(Backward, (s, d) => TreeAttentionKernel.BackwardCost(s.Layout(), null, s.Heads, s.KvHeads, s.HeadDim, d))),
        new(k => k.LoraLinear, s => $"{s.Tokens} x {s.Hidden} x {s.Intermediate}", s_compute, KernelCalls.LoraLinear,
            new(Forward, (s, d) => LoraLinearKernel.ForwardCost(s.Tokens, s.Hidden, s.Intermediate, BenchedShape.Rank, d)),
            new(Backward, (s, d) => LoraLinearKernel.BackwardCost(s.Tokens, s.Hidden, s.Intermediate, BenchedShape.Rank, d))),
        new(k => k.LinearLogProb, s => $"{s.Labels} x {s.Hidden} x {s.Vocabulary}", s_compute, KernelCalls.LinearLogProb,
            new(Forward, (s, d) => LinearLogProbKernel.ForwardCost(s.Labels, s.Vocabulary, s.Hidden, d)),
            new(Both, (s, d) => LinearLogProbKernel.ForwardBackwardCost(s.Labels, s.Vocabulary, s.Hidden, d))),
        new(k => k.AdamW, s => $"{s.AdapterParameters}", s_compute, KernelCalls.AdamW,
            new BenchedDirection(Direction.Step, (s, d) => AdamWKernel.Cost(s.AdapterParameters, d))),
        new(k => k.AdamW8Bit, s => $"{s.AdapterParameters}", s_compute, KernelCalls.AdamW8Bit,
            new BenchedDirection(Direction.Step, (s, d) => AdamW8BitKernel.Cost(s.AdapterParameters, d))),
        new(k => k.IopoLoss, s => $"{s.Labels}", [torch.ScalarType.Float32], KernelCalls.IopoLoss,
            new BenchedDirection(Both, (s, d) => IopoLossKernel.Cost(s.Labels, s.Quads, d))),
    ];

    /// <summary>The operation's standard name.</summary>
    public string Name => Kernel(KernelSet.Reference).Operation;

    /// <summary>What a forward with its backward costs at least.</summary>
    public Cost ForwardAndBackward(BenchedShape shape, torch.ScalarType dtype)
    {
        BenchedDirection[] parts = Directions.FirstOrDefault(d => d.Direction == Both) is { } both
            ? [both] : [.. Directions.Where(d => d.Direction is Forward or Backward)];
        return parts.Aggregate(default(Cost), (sum, d) => sum + d.Cost(shape, dtype));
    }
}
