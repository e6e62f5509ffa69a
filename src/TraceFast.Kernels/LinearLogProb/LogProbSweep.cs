namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// What a sweep over the vocabulary holds of its rows: over the tokens seen so far, the row's target left out, the largest logit
/// and the sum of exp(z - RowMax); and the target's own logit. Each [R, 1], accumulation dtype, updated in place.
/// </summary>
internal sealed record OnlineSoftmax(torch.Tensor RowMax, torch.Tensor RowSum, torch.Tensor TargetLogit);

/// <summary>
/// linear_log_prob by tiles of rows and of the vocabulary; formula and shapes at <see cref="LinearLogProbKernel"/>. How one tile of logits
/// is taken in is the provider's.
/// <para>
/// The sweep leaves the target itself out and joins it at the end, with d = logsumexp_{v != t} z - z[t]:
/// logp = -log(1 + e^d), 1 - p[t] = sigmoid(d), bracket of dh = sigmoid(d) c[t] w[t] - sum_{v != t} p c w,
/// so that a token of probability near 1 keeps its small gradient also where p is rounded to 16 bits. The bracket, the gradient before it
/// is scaled by g, is accumulated in the same sweep, as in FlashAttention's output accumulator; dw recomputes the tiles.
/// </para>
/// </summary>
/// <param name="scale">Factor on the logits.</param>
/// <param name="softcap">0: none.</param>
/// <param name="accumulation">The accumulation dtype.</param>
/// <param name="rowsPerTile">Of hidden, at most; the rows are shared out evenly. A product takes the tile's part of the head up anew for every
/// tile of rows.</param>
/// <param name="tokensPerTile">Of the vocabulary: the logits of a tile take 3 MiB in bfloat16, which a processor's cache holds.</param>
internal abstract class LogProbSweep(
    double scale, double softcap, torch.ScalarType accumulation, long rowsPerTile = 1536, long tokensPerTile = 1024)
{
    private const double Lowest = -1e30; // below every logit, yet finite: a difference from -infinity stays -infinity

    protected double Scale => scale;

    protected double Softcap => softcap;

    protected torch.ScalarType Accumulation => accumulation;

    public torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets)
    {
        bool recorded = GraphNode.Wanted(hidden, weight);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor logp, logsumexp;
        torch.Tensor? gradUnscaled;
        torch.Tensor ids = targets.contiguous();
        using (torch.no_grad())
            (logp, logsumexp, gradUnscaled) = AllRows(hidden, weight, ids, recorded && hidden.requires_grad);
        if (!recorded)
            return logp.MoveToOuterDisposeScope();
        return new Node(this).Record([hidden, weight], [logp], [hidden, weight, ids, logsumexp, gradUnscaled])[0].MoveToOuterDisposeScope();
    }

    /// <summary>Takes one tile of the vocabulary in.</summary>
    /// <param name="hidden">[R, H]</param>
    /// <param name="w">[T, H], tokens <paramref name="first"/> and on of the head.</param>
    /// <param name="targets">[R] int64</param>
    /// <param name="first">The token of the tile's first column.</param>
    /// <param name="rows">Updated.</param>
    /// <param name="sum">[R, H], updated: sum over v other than the target of exp(z - RowMax) c / scale w[v]; null where no gradient is
    /// wanted.</param>
    protected abstract void AddTile(
        torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, OnlineSoftmax rows, torch.Tensor? sum);

    /// <summary>dL/d(scale h.w) [R, T] of one tile, recomputed, in the dtype of <paramref name="hidden"/>.</summary>
    /// <param name="logsumexp">[R]</param>
    /// <param name="gradient">dL/dlogp [R]</param>
    protected virtual torch.Tensor LogitGradient(
        torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, torch.Tensor logsumexp, torch.Tensor gradient)
    {
        torch.Tensor z = Logits(hidden, w);
        torch.Tensor d = (z - logsumexp.unsqueeze(1)).exp_().neg_();
        d.add_(IsTarget(targets, first, w.shape[0]));
        d.mul_(gradient.unsqueeze(1));
        MultiplyByCapDerivative(d, z);
        return d.to(hidden.dtype);
    }

    /// <summary>sum += z w, in the accumulation dtype: what a tile adds where its probabilities are of the head's dtype.</summary>
    /// <param name="sum">[R, H]</param>
    /// <param name="z">[R, T], dtype of <paramref name="w"/>.</param>
    /// <param name="w">[T, H]</param>
    protected void AddProduct(torch.Tensor sum, torch.Tensor z, torch.Tensor w)
    {
        if (w.dtype == accumulation)
            sum.addmm_(z, w, 1, 1);
        else
            sum.add_(torch.mm(z, w));
    }

    /// <summary>z [R, T], accumulation dtype.</summary>
    protected torch.Tensor Logits(torch.Tensor hidden, torch.Tensor w)
    {
        torch.Tensor z = torch.mm(hidden, w.t()).to(accumulation);
        if (scale != 1)
            z.mul_(scale);
        if (softcap > 0)
            z.div_(softcap).tanh_().mul_(softcap);
        return z;
    }

    /// <summary>Multiplies d = dL/dz by dz/d(h.w) / scale at z, in place.</summary>
    protected void MultiplyByCapDerivative(torch.Tensor d, torch.Tensor z)
    {
        if (softcap > 0)
            d.mul_(1 - (z / softcap).square());
    }

    /// <summary>[R, T] bool: whether a column of the vocabulary tile from <paramref name="first"/> is the row's target.</summary>
    protected static torch.Tensor IsTarget(torch.Tensor targets, long first, long count) =>
        targets.unsqueeze(1).eq(torch.arange(first, first + count, torch.ScalarType.Int64).to(targets.device).unsqueeze(0));

    private (torch.Tensor LogP, torch.Tensor LogSumExp, torch.Tensor? GradUnscaled) AllRows(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, bool hiddenGradient)
    {
        long rows = hidden.shape[0];
        torch.Tensor logp = torch.empty(rows, accumulation, hidden.device), logsumexp = torch.empty_like(logp);
        torch.Tensor? gradUnscaled = hiddenGradient ? torch.empty(hidden.shape, accumulation, hidden.device) : null;
        long each = EvenRows(rows);
        for (long row = 0; row < rows; row += each)
        {
            using DisposeScope tile = torch.NewDisposeScope();
            long count = Math.Min(each, rows - row);
            (torch.Tensor p, torch.Tensor sum) = RowTile(
                hidden.narrow(0, row, count), weight, targets.narrow(0, row, count), gradUnscaled?.narrow(0, row, count));
            logp.narrow(0, row, count).copy_(p);
            logsumexp.narrow(0, row, count).copy_(sum);
        }
        return (logp, logsumexp, gradUnscaled);
    }

    private long EvenRows(long rows)
    {
        long tiles = Math.Max(1, (rows + rowsPerTile - 1) / rowsPerTile);
        return Math.Max(1, (rows + tiles - 1) / tiles);
    }

    // One row tile: logp [R] and logsumexp [R]; `gradUnscaled` [R, H] receives the bracket of dh.
    private (torch.Tensor LogP, torch.Tensor LogSumExp) RowTile(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, torch.Tensor? gradUnscaled)
    {
        long rows = hidden.shape[0];
        torch.Tensor zeros = torch.zeros(rows, 1, accumulation, hidden.device);
        OnlineSoftmax softmax = new(torch.full_like(zeros, Lowest), zeros, zeros.clone());
        torch.Tensor? sum = gradUnscaled is null ? null : torch.zeros(rows, hidden.shape[1], accumulation, hidden.device);
        for (long first = 0; first < weight.shape[0]; first += tokensPerTile)
        {
            using DisposeScope tile = torch.NewDisposeScope();
            AddTile(hidden, weight.narrow(0, first, Math.Min(tokensPerTile, weight.shape[0] - first)), targets, first, softmax, sum);
        }
        torch.Tensor d = softmax.RowMax + softmax.RowSum.log() - softmax.TargetLogit;
        torch.Tensor logp = torch.logaddexp(d, torch.zeros_like(d)).neg_();
        torch.Tensor logsumexp = softmax.TargetLogit - logp;
        if (gradUnscaled is not null)
        {
            torch.Tensor factor = d.sigmoid();
            MultiplyByCapDerivative(factor, softmax.TargetLogit);
            gradUnscaled.copy_(weight.index_select(0, targets)).mul_(factor);
            gradUnscaled.sub_(sum!.mul_((softmax.RowMax - logsumexp).exp_())).mul_(scale);
        }
        return (logp.squeeze(1), logsumexp.squeeze(1));
    }

    // dw [V, H] by recomputing each tile; sums over row tiles in the accumulation dtype.
    private torch.Tensor WeightGradient(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, torch.Tensor logsumexp, torch.Tensor gradient)
    {
        torch.Tensor result = torch.empty_like(weight);
        long each = EvenRows(hidden.shape[0]);
        for (long first = 0; first < weight.shape[0]; first += tokensPerTile)
        {
            using DisposeScope vocabularyTile = torch.NewDisposeScope();
            torch.Tensor w = weight.narrow(0, first, Math.Min(tokensPerTile, weight.shape[0] - first));
            torch.Tensor sum = torch.zeros(w.shape, accumulation, w.device);
            for (long row = 0; row < hidden.shape[0]; row += each)
            {
                using DisposeScope tile = torch.NewDisposeScope();
                long rows = Math.Min(each, hidden.shape[0] - row);
                torch.Tensor h = hidden.narrow(0, row, rows);
                torch.Tensor d = LogitGradient(
                    h, w, targets.narrow(0, row, rows), first, logsumexp.narrow(0, row, rows), gradient.narrow(0, row, rows));
                sum.add_(torch.mm(d.t(), h));
            }
            result.narrow(0, first, w.shape[0]).copy_(sum.mul_(scale));
        }
        return result;
    }

    private sealed class Node(LogProbSweep sweep) : GraphNode
    {
        protected override string Name => "linear_log_prob";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is not torch.Tensor gradient)
                return [null, null];
            torch.Tensor hidden = Saved(0), weight = Saved(1);
            torch.Tensor? dh = SavedOrNull(4) is torch.Tensor gradUnscaled ? (gradUnscaled * gradient.unsqueeze(1)).to(hidden.dtype) : null;
            return [dh, weight.requires_grad ? sweep.WeightGradient(hidden, weight, Saved(2), Saved(3), gradient) : null];
        }
    }
}
