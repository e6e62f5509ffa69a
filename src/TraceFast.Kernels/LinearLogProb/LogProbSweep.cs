using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>
/// linear_log_prob by tiles of rows and of the vocabulary; formula and shapes at <see cref="ILinearLogProb"/>.
/// <para>
/// The sweep leaves the target itself out and joins it at the end, with d = logsumexp_{v != t} z - z[t]:
/// logp = -log(1 + e^d), 1 - p[t] = sigmoid(d), bracket of dh = sigmoid(d) c[t] w[t] - sum_{v != t} p c w,
/// so that a token of probability near 1 keeps its small gradient also where p is rounded to 16 bits. The bracket ("unit
/// gradient") is accumulated in the same sweep, as in FlashAttention's output accumulator; dw recomputes the tiles.
/// </para>
/// </summary>
/// <param name="scale">Factor on the logits.</param>
/// <param name="softcap">0: none.</param>
/// <param name="wide">The accumulation dtype.</param>
/// <param name="fused">Takes the passes over a tile of logits in one CPU kernel.</param>
internal sealed unsafe class LogProbSweep(double scale, double softcap, torch.ScalarType wide, bool fused)
{
    private const long Rows = 512; // of hidden per tile
    private const long Tokens = 2048; // of the vocabulary per tile: a tile of float32 logits takes 4 MiB
    private const double Lowest = -1e30; // below every logit, yet finite: a difference from -infinity stays -infinity

    public static torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double scale, double softcap, bool fused)
    {
        bool recorded = GraphNode.Wanted(hidden, weight);
        using DisposeScope scope = torch.NewDisposeScope();
        LogProbSweep sweep = new(scale, softcap, Precision.Accumulation(hidden.dtype), fused);
        torch.Tensor logp, logsumexp;
        torch.Tensor? unit;
        torch.Tensor places = targets.contiguous();
        using (torch.no_grad())
            (logp, logsumexp, unit) = sweep.All(hidden, weight, places, recorded && hidden.requires_grad);
        return (recorded ? new Node(sweep).Record([hidden, weight], [logp], [hidden, weight, places, logsumexp, unit])[0] : logp).MoveToOuterDisposeScope();
    }

    private (torch.Tensor LogP, torch.Tensor LogSumExp, torch.Tensor? Unit) All(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, bool hiddenGradient)
    {
        long rows = hidden.shape[0];
        torch.Tensor logp = torch.empty(rows, wide), logsumexp = torch.empty(rows, wide);
        torch.Tensor? unit = hiddenGradient ? torch.empty(hidden.shape, wide) : null;
        for (long row = 0; row < rows; row += Rows)
        {
            using DisposeScope tile = torch.NewDisposeScope();
            long count = Math.Min(Rows, rows - row);
            (torch.Tensor p, torch.Tensor sum) = Sweep(hidden.narrow(0, row, count), weight, targets.narrow(0, row, count), unit?.narrow(0, row, count));
            logp.narrow(0, row, count).copy_(p);
            logsumexp.narrow(0, row, count).copy_(sum);
        }
        return (logp, logsumexp, unit);
    }

    // One row tile: logp [R] and logsumexp [R]; `unit` [R, H] receives the bracket of dh.
    private (torch.Tensor LogP, torch.Tensor LogSumExp) Sweep(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, torch.Tensor? unit)
    {
        long rows = hidden.shape[0];
        torch.Tensor largest = torch.full(rows, 1, Lowest, wide);
        torch.Tensor total = torch.zeros(rows, 1, wide);
        torch.Tensor targetLogit = torch.zeros(rows, 1, wide);
        torch.Tensor? sum = unit is null ? null : torch.zeros(rows, hidden.shape[1], wide); // sum exp(z - largest) c / scale w[v]
        for (long first = 0; first < weight.shape[0]; first += Tokens)
        {
            using DisposeScope tile = torch.NewDisposeScope();
            torch.Tensor w = weight.narrow(0, first, Math.Min(Tokens, weight.shape[0] - first));
            if (fused)
                AddTileFused(hidden, w, targets, first, largest, total, targetLogit, sum);
            else
                AddTile(hidden, w, targets, first, largest, total, targetLogit, sum);
        }
        torch.Tensor d = largest + total.log() - targetLogit;
        torch.Tensor logp = torch.logaddexp(d, torch.zeros_like(d)).neg_();
        torch.Tensor logsumexp = targetLogit - logp;
        if (unit is not null)
        {
            torch.Tensor factor = d.sigmoid();
            ThroughCap(factor, targetLogit);
            unit.copy_(weight.index_select(0, targets)).mul_(factor);
            unit.sub_(sum!.mul_((largest - logsumexp).exp_())).mul_(scale);
        }
        return (logp.squeeze(1), logsumexp.squeeze(1));
    }

    private void AddTileFused(torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, torch.Tensor largest, torch.Tensor total, torch.Tensor targetLogit, torch.Tensor? sum)
    {
        torch.Tensor z = torch.mm(hidden, w.t());
        torch.Tensor correction = torch.empty_like(total);
        LogSumExpTile arguments = new()
        {
            Dtype = z.KernelDtype(), Rows = z.shape[0], Tokens = z.shape[1], Z = z.Address(), Scale = scale, Softcap = softcap,
            Targets = (long*)targets.Address(), First = first, Largest = largest.Address(), Total = total.Address(),
            TargetLogit = targetLogit.Address(), Correction = correction.Address(), Write = sum is null ? 0 : 1,
        };
        CpuKernels.Table.LogSumExpTile(&arguments);
        GC.KeepAlive((z, targets, largest, total, targetLogit, correction));
        if (sum is null)
            return;
        sum.mul_(correction);
        if (w.dtype == wide)
            sum.addmm_(z, w, 1, 1);
        else
            sum.add_(torch.mm(z, w));
    }

    private void AddTile(torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, torch.Tensor largest, torch.Tensor total, torch.Tensor targetLogit, torch.Tensor? sum)
    {
        torch.Tensor z = Logits(hidden, w);
        torch.Tensor target = IsTarget(targets, first, w.shape[0]);
        targetLogit.add_(z.masked_fill(target.logical_not(), 0).sum([1], keepdim: true));
        torch.Tensor others = z.masked_fill(target, double.NegativeInfinity);
        torch.Tensor larger = torch.maximum(largest, others.amax([1], keepdim: true));
        torch.Tensor correction = (largest - larger).exp_();
        torch.Tensor p = (others - larger).exp_();
        total.mul_(correction).add_(p.sum([1], keepdim: true));
        largest.copy_(larger);
        if (sum is null)
            return;
        ThroughCap(p, z);
        sum.mul_(correction).add_(torch.mm(p.to(w.dtype), w));
    }

    // dw [V, H] by recomputing each tile; sums over row tiles in the accumulation dtype.
    private torch.Tensor WeightGradient(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, torch.Tensor logsumexp, torch.Tensor gradient)
    {
        torch.Tensor result = torch.empty_like(weight);
        for (long first = 0; first < weight.shape[0]; first += Tokens)
        {
            using DisposeScope vocabularyTile = torch.NewDisposeScope();
            torch.Tensor w = weight.narrow(0, first, Math.Min(Tokens, weight.shape[0] - first));
            torch.Tensor sum = torch.zeros(w.shape, wide);
            for (long row = 0; row < hidden.shape[0]; row += Rows)
            {
                using DisposeScope tile = torch.NewDisposeScope();
                long rows = Math.Min(Rows, hidden.shape[0] - row);
                torch.Tensor h = hidden.narrow(0, row, rows);
                torch.Tensor z = Logits(h, w);
                torch.Tensor d = (z - logsumexp.narrow(0, row, rows).unsqueeze(1)).exp_().neg_();
                d.add_(IsTarget(targets.narrow(0, row, rows), first, w.shape[0]));
                d.mul_(gradient.narrow(0, row, rows).unsqueeze(1));
                ThroughCap(d, z);
                sum.add_(torch.mm(d.to(h.dtype).t(), h));
            }
            result.narrow(0, first, w.shape[0]).copy_(sum.mul_(scale));
        }
        return result;
    }

    private torch.Tensor Logits(torch.Tensor hidden, torch.Tensor w)
    {
        torch.Tensor z = torch.mm(hidden, w.t()).to(wide);
        if (scale != 1)
            z.mul_(scale);
        if (softcap > 0)
            z.div_(softcap).tanh_().mul_(softcap);
        return z;
    }

    // Multiplies d = dL/dz by dz/d(h.w) / scale at z, in place.
    private void ThroughCap(torch.Tensor d, torch.Tensor z)
    {
        if (softcap > 0)
            d.mul_(1 - (z / softcap).square());
    }

    // [R, T] bool: where column v of the vocabulary tile from `first` is the row's target.
    private static torch.Tensor IsTarget(torch.Tensor targets, long first, long count) =>
        targets.unsqueeze(1).eq(torch.arange(first, first + count, torch.ScalarType.Int64).to(targets.device).unsqueeze(0));

    private sealed class Node(LogProbSweep sweep) : GraphNode
    {
        protected override string Name => "linear_log_prob";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is not torch.Tensor gradient)
                return [null, null];
            torch.Tensor hidden = Saved(0), weight = Saved(1);
            torch.Tensor? dh = SavedOrNull(4) is torch.Tensor unit ? (unit * gradient.unsqueeze(1)).to(hidden.dtype) : null;
            return [dh, weight.requires_grad ? sweep.WeightGradient(hidden, weight, Saved(2), Saved(3), gradient) : null];
        }
    }
}
