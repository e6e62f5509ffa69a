using TraceFast.Kernels.AdamW;

namespace TraceFast.Kernels.AdamW8Bit;

/// <summary>
/// adamw_8bit in libtorch operations; formula at <see cref="AdamW8BitKernel"/>. About 100 bytes for each of <see cref="Slice"/> elements
/// are in use at a time. Products and sums are operations of their own, so that no device fuses their roundings.
/// </summary>
public sealed class ReferenceAdamW8Bit() : AdamW8BitKernel(KernelProvider.Reference)
{
    private const int ZeroOfFirst = 127;
    private const long Slice = 16384 * AdamW8BitState.Block;

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
        torch.Tensor[] maps = [Of(DynamicMap.Signed), Of(DynamicMap.Unsigned)];
        torch.Tensor[] bounds = [Of(DynamicMap.Bounds(DynamicMap.Signed)), Of(DynamicMap.Bounds(DynamicMap.Unsigned))];
        torch.Tensor theta = (state.Master ?? state.Parameter).view(-1), flat = gradient.reshape(-1);
        torch.Tensor[] codes = [state.FirstCodes.view(-1), state.SecondCodes.view(-1)];
        for (long at = 0; at < flat.numel(); at += Slice)
        {
            using DisposeScope slice = torch.NewDisposeScope();
            long count = Math.Min(Slice, flat.numel() - at);
            long block = at / AdamW8BitState.Block, blocks = (count + AdamW8BitState.Block - 1) / AdamW8BitState.Block;
            Moment first = new(codes[0].narrow(0, at, count), state.FirstScales.narrow(0, block, blocks), maps[0], bounds[0]);
            Moment second = new(codes[1].narrow(0, at, count), state.SecondScales.narrow(0, block, blocks), maps[1], bounds[1]);
            Step(theta.narrow(0, at, count), flat.narrow(0, at, count).to(torch.ScalarType.Float32), first, second, state.Steps, options);
        }
        if (state.Master is not null)
            state.Parameter.copy_(state.Master);

        torch.Tensor Of(IReadOnlyList<float> values) => torch.tensor([.. values], device: gradient.device);
    }

    /// <summary>Some whole blocks of a parameter; the last one may be short.</summary>
    private static void Step(torch.Tensor theta, torch.Tensor g, Moment first, Moment second, long steps, AdamWOptions options)
    {
        double correction1 = 1 - Math.Pow(options.Beta1, steps);
        double root = Math.Sqrt(1 - Math.Pow(options.Beta2, steps));
        torch.Tensor m = Values(first).mul_(options.Beta1).add_(g * (1 - options.Beta1));
        torch.Tensor v = Values(second).mul_(options.Beta2).add_((g * (1 - options.Beta2)).mul_(g));
        torch.Tensor finite = v.isfinite();
        torch.Tensor zero = torch.zeros(1, torch.ScalarType.Float32, g.device);
        m = torch.where(finite, m, zero);
        v = torch.where(finite, v, zero);

        torch.Tensor step = (m / v.sqrt().add_(root * options.Epsilon)).mul_(-options.LearningRate / correction1 * root);
        torch.Tensor stepped = (theta + step).mul_(1 - (options.LearningRate * options.WeightDecay));
        theta.copy_(torch.where(finite, stepped, theta));

        torch.Tensor codes = Store(m, first);
        // A negative number keeps its sign: the nearest code may be that of 0, whose neighbour below is taken then.
        torch.Tensor lost = (codes == ZeroOfFirst).logical_and_(m < 0);
        first.Codes.copy_(codes - lost.to(codes.dtype));
        second.Codes.copy_(Store(v, second));
    }

    /// <summary>float32, as the codes.</summary>
    private static torch.Tensor Values(Moment moment) =>
        moment.Map.index_select(0, moment.Codes.to(torch.ScalarType.Int32)).mul_(Spread(moment.Scales, moment.Codes.numel()));

    /// <summary>Writes the scales.</summary>
    /// <returns>The codes, int32.</returns>
    private static torch.Tensor Store(torch.Tensor values, Moment moment)
    {
        torch.Tensor scales = moment.Scales;
        torch.Tensor padded = torch.nn.functional.pad(values, [0, (scales.numel() * AdamW8BitState.Block) - values.numel()]);
        scales.copy_(padded.view(-1, AdamW8BitState.Block).abs().amax([1]));
        torch.Tensor one = torch.ones(1, torch.ScalarType.Float32, scales.device); // of a block of zeros
        torch.Tensor divisors = torch.where(scales > 0, scales, one);
        return torch.bucketize(values / Spread(divisors, values.numel()), moment.Bounds, outInt32: true);
    }

    private static torch.Tensor Spread(torch.Tensor scales, long count) =>
        scales.repeat_interleave(AdamW8BitState.Block).narrow(0, 0, count);

    /// <summary>
    /// Codes [n] and scales [blocks] of n elements; the codes' values [256], and where one code ends and the next begins.
    /// </summary>
    private sealed record Moment(torch.Tensor Codes, torch.Tensor Scales, torch.Tensor Map, torch.Tensor Bounds);
}
