using TraceFast.Kernels;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Benchmarks.Kernels;

/// <summary>A forward on the graph, and the gradient that comes to it.</summary>
public sealed record RecordedCall(KernelCall Call, torch.Tensor Output, torch.Tensor Gradient)
{
    /// <summary>The backward; once, since it takes the graph.</summary>
    public void Differentiate() => torch.autograd.grad([Output], [.. Call.Leaves], [Gradient]);
}

/// <summary>A call of an operation whose operands are there.</summary>
/// <param name="Compute">The forward; null from an operation that returns no tensor to differentiate.</param>
/// <param name="Leaves">What a gradient is wanted of.</param>
public sealed record KernelCall(Func<torch.Tensor?> Compute, params IReadOnlyList<torch.Tensor> Leaves) : IDisposable
{
    /// <summary>Disposed with the call, beside the tensors of its scope.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    /// <summary>The forward of an operation that returns a tensor, recorded.</summary>
    public RecordedCall Record()
    {
        torch.Tensor output = Compute()!;
        return new(this, output, torch.ones_like(output));
    }

    public void Dispose()
    {
        foreach (IDisposable owned in Owned)
            owned.Dispose();
    }
}

/// <summary>Random operands in one dtype on one device.</summary>
public sealed record Operands(torch.ScalarType Dtype, torch.Device Device)
{
    private const int DrawnRows = 128;

    /// <summary>float32: moments, angles, adapters.</summary>
    public static torch.ScalarType Wide => torch.ScalarType.Float32;

    /// <summary>Standard normal. Rows repeat, since drawing a whole head takes longer than all its calls.</summary>
    public torch.Tensor Normal(torch.ScalarType dtype, params long[] shape)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (shape[0] <= DrawnRows)
            return torch.randn(shape, dtype: dtype, device: Device).MoveToOuterDisposeScope();
        torch.Tensor drawn = torch.randn([DrawnRows, .. shape[1..]], dtype: dtype, device: Device);
        torch.Tensor all = torch.empty(shape, dtype: dtype, device: Device);
        for (long row = 0; row < shape[0]; row += DrawnRows)
        {
            long rows = Math.Min(DrawnRows, shape[0] - row);
            all.narrow(0, row, rows).copy_(drawn.narrow(0, 0, rows));
        }
        return all.MoveToOuterDisposeScope();
    }

    public torch.Tensor Normal(params long[] shape) => Normal(Dtype, shape);

    /// <summary>With a gradient.</summary>
    public torch.Tensor Leaf(params long[] shape) => Normal(shape).requires_grad_(true);
}

/// <summary>
/// The operands of every operation, as a step of IOPO with LoRA has them: frozen weights, gradients to activations and adapters.
/// </summary>
internal static class KernelCalls
{
    private const double Eps = 1e-5;

    public static KernelCall RmsNorm(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor x = operands.Leaf(s.Tokens, s.Hidden), weight = operands.Normal(s.Hidden);
        return new(() => set.RmsNorm.Forward(x, weight, Eps, RmsNormStyle.Llama), x);
    }

    public static KernelCall Rope(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor x = operands.Leaf(s.Tokens, s.Heads, s.HeadDim);
        torch.Tensor angles = operands.Normal(Operands.Wide, s.Tokens, s.HeadDim / 2), cos = angles.cos(), sin = angles.sin();
        return new(() => set.Rope.Forward(x, cos, sin), x);
    }

    public static KernelCall SwiGlu(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor gate = operands.Leaf(s.Tokens, s.Intermediate), up = operands.Leaf(s.Tokens, s.Intermediate);
        return new(() => set.SwiGlu.Forward(gate, up), gate, up);
    }

    public static KernelCall TreeAttention(KernelSet set, Operands operands, BenchedShape s)
    {
        TreeLayout layout = s.Layout();
        torch.Tensor q = operands.Leaf(s.Tokens, s.Heads, s.HeadDim);
        torch.Tensor k = operands.Leaf(s.Tokens, s.KvHeads, s.HeadDim), v = operands.Leaf(s.Tokens, s.KvHeads, s.HeadDim);
        double scale = 1 / Math.Sqrt(s.HeadDim);
        return new(() => set.TreeAttention.Forward(q, k, v, layout, scale, null, null), q, k, v) { Owned = [layout] };
    }

    public static KernelCall LoraLinear(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor x = operands.Leaf(s.Tokens, s.Hidden), weight = operands.Normal(s.Intermediate, s.Hidden);
        torch.Tensor a = operands.Normal(Operands.Wide, BenchedShape.Rank, s.Hidden).requires_grad_(true);
        torch.Tensor b = operands.Normal(Operands.Wide, s.Intermediate, BenchedShape.Rank).requires_grad_(true);
        return new(() => set.LoraLinear.Forward(x, weight, null, a, b, 2, 0, null), x, a, b);
    }

    public static KernelCall LinearLogProb(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor hidden = operands.Leaf(s.Labels, s.Hidden);
        torch.Tensor weight = operands.Normal(s.Vocabulary, s.Hidden).mul_(1 / Math.Sqrt(s.Hidden));
        torch.Tensor targets = torch.randint(s.Vocabulary, [s.Labels], dtype: torch.ScalarType.Int64, device: operands.Device);
        return new(() => set.LinearLogProb.Forward(hidden, weight, targets, 1, null), hidden);
    }

    public static KernelCall AdamW(KernelSet set, Operands operands, BenchedShape s) =>
        Step(operands, s, parameter => new AdamWState(parameter), set.AdamW.Step);

    public static KernelCall AdamW8Bit(KernelSet set, Operands operands, BenchedShape s) =>
        Step(operands, s, parameter => new AdamW8BitState(parameter), set.AdamW8Bit.Step);

    private static KernelCall Step<TState>(
        Operands operands, BenchedShape s, Func<torch.Tensor, TState> stateOf,
        Action<IReadOnlyList<TState>, IReadOnlyList<torch.Tensor?>, AdamWOptions> step)
        where TState : ParameterState
    {
        List<TState> states = [];
        List<torch.Tensor> gradients = [];
        for (int layer = 0; layer < s.Layers; layer++)
            foreach ((int inputs, int outputs) in s.Linears)
                foreach ((long rows, long columns) in new[] { ((long)BenchedShape.Rank, (long)inputs), (outputs, BenchedShape.Rank) })
                {
                    states.Add(stateOf(operands.Normal(rows, columns)));
                    gradients.Add(operands.Normal(rows, columns));
                }
        AdamWOptions options = new(5e-6, 0.9, 0.999, 1e-8, 0);
        return new(() =>
        {
            step(states, gradients, options);
            return null;
        })
        {
            Owned = states,
        };
    }

    public static KernelCall IopoLoss(KernelSet set, Operands operands, BenchedShape s)
    {
        torch.Tensor logp = operands.Normal(s.Labels);
        List<int> ends = [0];
        for (int q = 0; q < s.Quads; q++)
            foreach (int tokens in new[] { s.Quad.Y1, s.Quad.Y2, s.Quad.Y2, s.Quad.Y1 })
                ends.Add(ends[^1] + tokens);
        torch.Tensor segments = torch.tensor(ends.ToArray(), dtype: torch.ScalarType.Int32, device: operands.Device);
        torch.Tensor reference = operands.Normal(torch.ScalarType.Float64, 4 * s.Quads);
        torch.Tensor weight = torch.ones(s.Quads, dtype: torch.ScalarType.Float64, device: operands.Device);
        return new(() =>
        {
            set.IopoLoss.Evaluate(logp, segments, reference, weight, new IopoLossOptions(0.1));
            return null;
        });
    }
}
