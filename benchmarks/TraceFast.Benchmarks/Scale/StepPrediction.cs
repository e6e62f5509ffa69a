using TraceFast.Benchmarks.Step;
using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Scale;

/// <summary>What takes most of a step's time, or does not let it run.</summary>
public enum ScaleLimit
{
    Compute,
    NetworkBandwidth,
    NetworkLatency,
    MemoryBandwidth,
    GpuLink,

    /// <summary>Weights, gradients and moments do not fit: ranks hold a whole model each, and more of them do not help.</summary>
    MemorySize,
}

/// <summary>Seconds of a step by what they are spent on.</summary>
/// <param name="Compute">Forward and backward passes of a rank's micro-batches.</param>
/// <param name="NetworkBandwidth">beta times the bytes of <see cref="ExchangeCost"/>.</param>
/// <param name="NetworkLatency">alpha times its messages.</param>
/// <param name="MemoryBandwidth">Adding micro-batches' gradients, the exchange's copies, clipping and AdamW.</param>
/// <param name="GpuLink">Gradients from the GPU to the host and back.</param>
public readonly record struct StepParts(
    double Compute, double NetworkBandwidth, double NetworkLatency, double MemoryBandwidth, double GpuLink)
{
    public double Total => Compute + NetworkBandwidth + NetworkLatency + MemoryBandwidth + GpuLink;

    /// <summary>The largest part.</summary>
    public ScaleLimit Largest =>
        new[]
        {
            (Compute, ScaleLimit.Compute), (NetworkBandwidth, ScaleLimit.NetworkBandwidth), (NetworkLatency, ScaleLimit.NetworkLatency),
            (MemoryBandwidth, ScaleLimit.MemoryBandwidth), (GpuLink, ScaleLimit.GpuLink),
        }.MaxBy(part => part.Item1).Item2;
}

/// <summary>
/// The predicted time of an optimizer step on W ranks, each of which takes a of its micro-batches (n = 4 P bytes of gradients):
/// <code>
///   step    = compute + adding up + exchange + update
///   compute = a x FLOPs of a micro-batch / FLOP/s of a rank
///   adding  = (a - k) x 3 n / memory bandwidth          two reads and a write; k partials are left to the exchange (1 in fast, whose
///             micro-batches share packs, so that this is the most it can be)
///   exchange = alpha x messages + beta x bytes + copies / memory bandwidth + 2 n / link to the GPU;     for W = 1: 0
///   update  = (3 n + bytes of AdamW) / memory bandwidth                          norm, clipping; 7 n in AdamW's formula
///   efficiency = step(1) / step(W), the batch grows with W     or     step(1) / (W step(W)) of one batch
/// </code>
/// Ordered: nothing overlaps, the ranks exchange when all their micro-batches are computed. Fast: of the buckets that begin during the last
/// micro-batch's backward pass (<see cref="TrainedModel.Late"/> are the others) counts what takes longer than that pass: of the network,
/// and of the host's copies beside a GPU. On processors the copies take the time of the cores that compute. The way between GPU and host is
/// waited for.
/// All quads are equally long here: in a real step the slowest rank sets the pace.
/// </summary>
/// <param name="Parts">Of the step.</param>
/// <param name="Efficiency">1: W ranks do W times the work in the same time.</param>
/// <param name="SentBytes">By a rank, in the exchange of gradients and sums.</param>
/// <param name="MemoryBytes">That a rank needs, without activations.</param>
public sealed record StepPrediction(
    TrainedModel Model, int Ranks, int MicroBatches, StepParts Parts, double Efficiency, double SentBytes, double MemoryBytes,
    ScaleLimit Limit)
{
    /// <summary>A prediction for each model, method and number of ranks.</summary>
    public static IEnumerable<StepPrediction> All(ScalePlan plan, MachineConstants machine) =>
        from name in plan.Models from model in TrainedModel.Both(name) from ranks in plan.Ranks select Of(model, ranks, plan, machine);

    public static StepPrediction Of(TrainedModel model, int ranks, ScalePlan plan, MachineConstants machine)
    {
        int microBatches = plan.MicroBatchesOf(ranks);
        ExchangeCost exchange = OfGradients(model, ranks, plan) + OfSums(ranks, plan);
        StepParts parts = PartsOf(model, ranks, plan, machine);
        double alone = PartsOf(model, 1, plan, machine).Total;
        double memory = model.MemoryBytes(ranks, microBatches, plan.Reduction, machine.Dtype, buffersApart: machine.Gpu is not null);
        return new StepPrediction(
            model, ranks, microBatches, parts, alone / parts.Total / (plan.GlobalBatch is null ? 1 : ranks), exchange.Bytes, memory,
            memory > machine.Memory ? ScaleLimit.MemorySize : parts.Largest);
    }

    private static ExchangeCost OfGradients(TrainedModel model, int ranks, ScalePlan plan) =>
        ExchangeCost.OfGradients(model.Trained, ranks, plan.MicroBatchesOf(ranks), plan.Reduction);

    private static ExchangeCost OfSums(int ranks, ScalePlan plan) =>
        ExchangeCost.OfSums((long)plan.Quads * plan.MicroBatchesOf(ranks) * ranks, ranks);

    private static StepParts PartsOf(TrainedModel model, int ranks, ScalePlan plan, MachineConstants machine)
    {
        int microBatches = plan.MicroBatchesOf(ranks);
        double n = sizeof(float) * (double)model.Trained, local = machine.Gpu?.MemoryBandwidth ?? machine.MemoryBandwidth;
        (double forward, double backward) = model.Flops(plan.Quad, plan.Quads, machine.Dtype);
        int partials = plan.Reduction == GradientReduction.Ordered ? ExchangeCost.PartialsOf(ranks, microBatches) : 1;
        StepParts sums = Exchange(OfSums(ranks, plan), machine), gradients = Exchange(OfGradients(model, ranks, plan), machine);
        double hidden = plan.Reduction == GradientReduction.Ordered ? 0
            : Hidden(gradients, (double)model.Late / model.Trained, backward / machine.Flops, isGpu: machine.Gpu is not null);
        double seen = 1 - hidden, copies = machine.Gpu is null ? 1 : seen;
        double updated = StepCost.Optimizer(model.Config, model.Rank, machine.Dtype).Bytes;
        return new StepParts(
            microBatches * (forward + backward) / machine.Flops, sums.NetworkBandwidth + (seen * gradients.NetworkBandwidth),
            sums.NetworkLatency + (seen * gradients.NetworkLatency),
            sums.MemoryBandwidth + (copies * gradients.MemoryBandwidth)
                + ((((3.0 * (microBatches - partials)) + 3) * n) + updated) / local,
            ranks > 1 && machine.Gpu is { } gpu ? 2 * n / gpu.Link : 0);
    }

    private static StepParts Exchange(ExchangeCost cost, MachineConstants machine) => new(
        0, cost.Bytes * machine.Network.SecondsPerByte, cost.Messages * machine.Network.Latency, machine.MemorySeconds(cost), 0);

    /// <summary>The share of an exchange that a backward pass hides.</summary>
    /// <param name="late">The share that begins after it.</param>
    private static double Hidden(StepParts exchange, double late, double backward, bool isGpu)
    {
        double early = (1 - late) * (isGpu ? exchange.Total : exchange.NetworkBandwidth + exchange.NetworkLatency);
        return early == 0 ? 0 : (1 - late) * Math.Min(1, backward / early);
    }
}
