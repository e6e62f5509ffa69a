using TraceFast.Kernels.AdamW;

namespace TraceFast.Kernels.AdamW8Bit;

/// <summary>
/// adamw_8bit in libtorch operations; formula at <see cref="AdamW8BitKernel"/>. It holds both moments of one parameter in float32 at a
/// time. Products and sums are operations of their own, so that no device fuses their roundings.
/// </summary>
public sealed class ReferenceAdamW8Bit() : AdamW8BitKernel(KernelProvider.Reference)
{
    private const int ZeroOfFirst = 127;

    protected override void StepCore(IReadOnlyList<AdamW8BitState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        using IDisposable noGrad = torch.no_grad();
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is torch.Tensor gradient)
                Step(states[i], gradient, options);
        }
    }

    private static void Step(AdamW8BitState state, torch.Tensor gradient, AdamWOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        state.Steps++;
        if (gradient.numel() == 0)
            return;
        double correction1 = 1 - Math.Pow(options.Beta1, state.Steps);
        double root = Math.Sqrt(1 - Math.Pow(options.Beta2, state.Steps));
        torch.Tensor theta = state.Master ?? state.Parameter;
        torch.Tensor g = gradient.to(torch.ScalarType.Float32);
        torch.Tensor m = Values(state.FirstCodes, state.FirstScales, DynamicMap.Signed).mul_(options.Beta1).add_(g * (1 - options.Beta1));
        torch.Tensor v = Values(state.SecondCodes, state.SecondScales, DynamicMap.Unsigned).mul_(options.Beta2)
            .add_((g * (1 - options.Beta2)).mul_(g));
        torch.Tensor finite = v.isfinite();
        torch.Tensor zero = torch.zeros(1, torch.ScalarType.Float32, g.device);
        m = torch.where(finite, m, zero);
        v = torch.where(finite, v, zero);

        torch.Tensor step = (m / v.sqrt().add_(root * options.Epsilon)).mul_(-options.LearningRate / correction1 * root);
        torch.Tensor stepped = (theta + step).mul_(1 - (options.LearningRate * options.WeightDecay));
        theta.copy_(torch.where(finite, stepped, theta));
        if (state.Master is not null)
            state.Parameter.copy_(theta);

        torch.Tensor codes = Store(m, state.FirstScales, DynamicMap.Signed);
        // A negative number keeps its sign: the nearest code may be that of 0, whose neighbour below is taken then.
        torch.Tensor lost = (codes == ZeroOfFirst).logical_and_(m < 0);
        state.FirstCodes.copy_(codes - lost.to(codes.dtype));
        state.SecondCodes.copy_(Store(v, state.SecondScales, DynamicMap.Unsigned));
    }

    /// <summary>float32, in the shape of the codes.</summary>
    private static torch.Tensor Values(torch.Tensor codes, torch.Tensor scales, IReadOnlyList<float> map)
    {
        torch.Tensor values = torch.tensor([.. map], device: codes.device).index_select(0, codes.flatten().to(torch.ScalarType.Int32));
        return values.mul_(Spread(scales, values.numel())).view(codes.shape);
    }

    /// <summary>Writes the scales.</summary>
    /// <returns>The codes, int32 in the shape of the values.</returns>
    private static torch.Tensor Store(torch.Tensor values, torch.Tensor scales, IReadOnlyList<float> map)
    {
        torch.Tensor flat = values.flatten();
        torch.Tensor padded = torch.nn.functional.pad(flat, [0, (scales.numel() * AdamW8BitState.Block) - flat.numel()]);
        scales.copy_(padded.view(-1, AdamW8BitState.Block).abs().amax([1]));
        torch.Tensor one = torch.ones(1, torch.ScalarType.Float32, scales.device); // of a block of zeros
        torch.Tensor divisors = torch.where(scales > 0, scales, one);
        torch.Tensor bounds = torch.tensor(DynamicMap.Bounds(map), device: values.device);
        return torch.bucketize(flat / Spread(divisors, flat.numel()), bounds, outInt32: true).view(values.shape);
    }

    private static torch.Tensor Spread(torch.Tensor scales, long count) =>
        scales.repeat_interleave(AdamW8BitState.Block).narrow(0, 0, count);
}
