using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Kernels;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;
using TraceFast.Training.Distributed;

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
    /// Of P, the numbers whose fast sum begins after the backward pass: the embedding's, and those before it that fill no bucket.
    /// </summary>
    public long Late
    {
        get
        {
            long embedding = Rank == 0 ? (long)Config.VocabularySize * Config.HiddenSize : 0;
            long first = GradientBuckets.FirstBucketBytes / sizeof(float), bucket = GradientBuckets.BucketBytes / sizeof(float);
            long early = Trained - embedding;
            return Trained - (early < first ? 0 : early - ((early - first) % bucket));
        }
    }

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
    ///   both   gradients of a micro-batch, P numbers; sums and buffers by <see cref="GradientReducer.BytesOf"/>
    /// </code>
    /// All trained numbers, their gradients and moments are float32.
    /// </summary>
    /// <param name="microBatches">Of a rank.</param>
    /// <param name="buffersApart">The exchange's buffers are in other memory: the host's, beside a GPU.</param>
    public double MemoryBytes(
        int ranks, int microBatches, GradientReduction reduction, torch.ScalarType dtype, bool buffersApart)
    {
        double n = Float * Trained, frozen = Rank == 0 ? 0 : (double)Weights * dtype.ElementSize();
        (double sums, double buffers) = GradientReducer.BytesOf(n, ranks, microBatches, reduction);
        return frozen + (4 * n) + sums + (buffersApart ? 0 : buffers);
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
