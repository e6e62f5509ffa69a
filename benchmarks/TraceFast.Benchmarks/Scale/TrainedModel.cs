using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Kernels;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;

namespace TraceFast.Benchmarks.Scale;

/// <summary>A model and what is trained of it: what a micro-batch costs, and what it needs of a rank's memory.</summary>
/// <param name="Name">A name of <see cref="ModelShape"/>.</param>
/// <param name="Rank">LoRA's rank; 0: all weights are trained.</param>
public sealed record TrainedModel(string Name, DecoderConfig Config, int Rank)
{
    private const double Float = sizeof(float);

    /// <summary>LoRA as <c>train</c> has it by default, and all weights.</summary>
    public static IEnumerable<TrainedModel> Both(string name)
    {
        DecoderConfig config = ModelShape.Configuration(name, "--model");
        return [new(name, config, new LoraConfig().Rank), new(name, config, 0)];
    }

    public string Method => Rank == 0 ? "full" : FormattableString.Invariant($"LoRA r {Rank}");

    public long Weights => ParameterCount.OfModel(Config);

    /// <summary>P, whose gradient the ranks add up.</summary>
    public long Trained => StepCost.TrainedParameters(Config, Rank);

    /// <summary>
    /// Operations of the forward and of the backward pass of a micro-batch of quads, each on its own (no shared prompts).
    /// </summary>
    public (double Forward, double Backward) Flops(QuadLength quad, int quads, torch.ScalarType dtype)
    {
        using TreeLayout layout = Layout(quad);
        long labels = 2L * (quad.Y1 + quad.Y2);
        return (quads * StepCost.Forward(Config, layout, labels, Rank, dtype).Flops,
            quads * StepCost.Backward(Config, layout, labels, Rank, dtype).Flops);
    }

    /// <summary>
    /// Bytes of a rank's memory without activations, which come on top:
    /// <code>
    ///   LoRA   all weights in the compute dtype; adapter and two moments, P numbers each
    ///   full   weights and two moments, P numbers each
    ///   both   gradients, P numbers each: ordered k = 1 partial, 1 + ⌈lg micro-batches⌉ while they are added up; k partials, all; fast 1;
    ///          in the exchange at least k + 1 (the runs of numbers and the sum), and five segments of buffers
    /// </code>
    /// All trained numbers, their gradients and moments are float32.
    /// </summary>
    /// <param name="microBatches">Of a rank.</param>
    /// <param name="buffersApart">The exchange's buffers are in other memory: the host's, beside a GPU.</param>
    public double MemoryBytes(int ranks, int microBatches, bool ordered, torch.ScalarType dtype, bool buffersApart)
    {
        double n = Float * Trained;
        int partials = ordered ? ExchangeCost.PartialsOf(ranks, microBatches) : 1;
        double gradients = !ordered ? 1 : partials == 1 ? 1 + Math.Ceiling(Math.Log2(microBatches)) : partials;
        double exchange = ranks == 1 || buffersApart ? 0 : 5 * Math.Min(n, Float * Training.Distributed.GradientReducer.SegmentLength);
        if (ranks > 1 && !buffersApart)
            gradients = Math.Max(gradients, partials + 1);
        double frozen = Rank == 0 ? 0 : (double)Weights * dtype.ElementSize();
        return frozen + (n * (3 + gradients)) + exchange;
    }

    /// <summary>[ x1 | y1 | y2 | x2 | y2 | y1 ].</summary>
    private static TreeLayout Layout(QuadLength q)
    {
        int[] length = [q.X1, q.Y1, q.Y2, q.X2, q.Y2, q.Y1];
        int[] start = new int[length.Length];
        for (int i = 1; i < length.Length; i++)
            start[i] = start[i - 1] + length[i - 1];
        return new TreeLayout(start, length, [-1, 0, 0, -1, 3, 3], [0, q.X1, q.X1, 0, q.X2, q.X2]);
    }
}
