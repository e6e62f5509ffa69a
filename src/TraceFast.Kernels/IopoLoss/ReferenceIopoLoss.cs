namespace TraceFast.Kernels.IopoLoss;

/// <summary>iopo_loss in libtorch operations, sequence by sequence; formula and shapes at <see cref="IopoLossKernel"/>.</summary>
public sealed class ReferenceIopoLoss() : IopoLossKernel(KernelProvider.Reference)
{
    protected override IopoLossResult EvaluateCore(
        torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        long quads = weight.shape[0];
        (double beta, double e, double f) = (options.Beta, options.LabelSmoothing, options.Ftx);
        long[] bounds = segments.cpu().data<int>().Select(b => (long)b).ToArray();
        torch.Tensor wide = logp.to(torch.ScalarType.Float64);
        torch.Tensor sums = torch.zeros(4 * quads, torch.ScalarType.Float64, logp.device);
        for (int s = 0; s < 4 * quads; s++)
            sums[s] = wide.narrow(0, bounds[s], bounds[s + 1] - bounds[s]).sum();
        torch.Tensor signs = torch.tensor(new[] { 1.0, -1, 1, -1 }, device: logp.device);
        torch.Tensor lengths = (segments.narrow(0, 1, 4 * quads) - segments.narrow(0, 0, 4 * quads))
            .clamp(min: 1).to(torch.ScalarType.Float64).view(quads, 4);
        torch.Tensor preferred = torch.tensor(new[] { 1.0, 0, 1, 0 }, device: logp.device);
        torch.Tensor margin = ((sums - reference).view(quads, 4) * signs).sum([1]);
        torch.Tensor x = margin * beta;
        torch.Tensor loss = -(1 - e) * torch.nn.functional.logsigmoid(x) - e * torch.nn.functional.logsigmoid(-x)
            - f * (sums.view(quads, 4) / lengths * preferred).sum([1]);
        torch.Tensor slope = beta * (e * x.sigmoid() - (1 - e) * (-x).sigmoid());
        torch.Tensor ofSequence = ((slope.unsqueeze(1) * signs - f * preferred / lengths) * weight.unsqueeze(1)).view(4 * quads);
        torch.Tensor gradient = torch.zeros_like(wide);
        for (int s = 0; s < 4 * quads; s++)
            gradient.narrow(0, bounds[s], bounds[s + 1] - bounds[s]).copy_(ofSequence[s]);
        return new IopoLossResult(
            loss.MoveToOuterDisposeScope(), margin.MoveToOuterDisposeScope(), sums.view(quads, 4).MoveToOuterDisposeScope(),
            gradient.to(logp.dtype).MoveToOuterDisposeScope());
    }
}
