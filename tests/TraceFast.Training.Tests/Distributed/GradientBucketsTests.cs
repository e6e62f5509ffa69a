using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>Sums of gradients that begin layer by layer, on ranks that are threads.</summary>
public class GradientBucketsTests
{
    private const int Steps = 2;
    private const int Layers = 3;

    /// <summary>[embedding, layers 0 to 2, norm], in module order, with the layer after which each is complete.</summary>
    private static readonly (long[] Shape, int CompleteAfter)[] s_parameters =
        [([11, 3], -1), ([4, 3], 0), ([3], 0), ([5, 3], 1), ([2, 7], 1), ([3], 1), ([4, 3], 2), ([1], 2), ([3], Layers)];

    public static TheoryData<int, int, int, torch.ScalarType> Cases
    {
        get
        {
            TheoryData<int, int, int, torch.ScalarType> cases = [];
            foreach (int bucketBytes in new[] { 4, 24, 64, 1 << 20 }) // a bucket has a part of a parameter, one, several, all
                foreach (int ranks in new[] { 2, 3, 4 })
                    foreach (int microBatches in new[] { 1, 3, 8 }) // also fewer than ranks
                        foreach (torch.ScalarType dtype in new[] { torch.ScalarType.Float32, torch.ScalarType.Float64 })
                            cases.Add(bucketBytes, ranks, microBatches, dtype);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sums_are_those_of_all_micro_batches(int bucketBytes, int ranks, int microBatches, torch.ScalarType dtype)
    {
        Run[] runs = ThreadCommunicator.Run(ranks, r => new Run((ThreadCommunicator)r, bucketBytes, microBatches, dtype));
        for (int step = 0; step < Steps; step++)
            for (int p = 0; p < s_parameters.Length; p++)
            {
                double[]? expected = Expected(step, p, microBatches);
                foreach (Run run in runs)
                {
                    double[]? actual = run.Gradients[step][p];
                    Assert.Equal(expected is null, actual is null);
                    for (int i = 0; i < expected?.Length; i++)
                        Assert.Equal(expected[i], actual![i], dtype == torch.ScalarType.Float64 ? 1e-12 : 1e-5);
                }
            }
        long numbers = s_parameters.Sum(p => p.Shape.Aggregate((a, b) => a * b)) + s_parameters.Length;
        long full = Math.Max(1, bucketBytes / dtype.ElementSize());
        Assert.All(runs, run => Assert.Equal(Steps * numbers, run.Begun.Sum()));
        Assert.All(runs, run => Assert.InRange(run.Begun.Max(), 1, full));
        Assert.Contains(runs, run => run.Gradients.All(g => g[3] is null)); // no micro-batch reaches this parameter
    }

    /// <summary>Full buckets begin while lower layers have no gradient yet, and nothing is taken that is not complete.</summary>
    [Fact]
    public void Sums_begin_during_the_backward_pass()
    {
        Run[] runs = ThreadCommunicator.Run(2, r => new Run((ThreadCommunicator)r, 24, 4, torch.ScalarType.Float32));
        // norm 3 and layer 2 with 13 numbers fill two buckets of 6; layer 1 has 32 more; layer 0 15; the embedding 33; 9 flags.
        Assert.All(runs, run => Assert.Equal([2, 8, 10, 18], run.BegunAfter[0]));
        Assert.All(runs, run => Assert.Equal(run.BegunAfter[0], run.BegunAfter[1]));
    }

    /// <summary>One rank is cancelled in its first step, before any gradient or between layers; the others' sums end, and so do the next.</summary>
    [Theory]
    [InlineData(Layers)]
    [InlineData(1)]
    public void A_cancelled_pass_leaves_nobody_waiting(int cancelledAt)
    {
        Run[] runs = ThreadCommunicator.Run(
            3, r => new Run((ThreadCommunicator)r, 24, 6, torch.ScalarType.Float32, r.Rank == 1 ? cancelledAt : null));
        Assert.All(runs, run => Assert.Empty(run.Gradients[0]));
        for (int p = 0; p < s_parameters.Length; p++)
            foreach (Run run in runs)
                Assert.Equal(Expected(1, p, 6) is null, run.Gradients[1][p] is null);
        Assert.Equal(Expected(1, 0, 6)!, runs[1].Gradients[1][0]!, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    /// <summary>The sums of a step take no memory that the step before has not had.</summary>
    [Fact]
    public void Buffers_are_kept()
    {
        Run[] runs = ThreadCommunicator.Run(2, r => new Run((ThreadCommunicator)r, 64, 4, torch.ScalarType.Float32));
        Assert.All(runs, run => Assert.Equal(run.Addresses[0], run.Addresses[1]));
        Assert.All(runs, run => Assert.Equal(s_parameters.Length - 1, run.Addresses[0].Distinct().Count(a => a != 0)));
    }

    [Fact]
    public void One_process_has_no_buckets()
    {
        using torch.Tensor parameter = torch.zeros([3], requires_grad: true);
        using GradientReducer reducer = new([parameter], Communicator.Alone, GradientReduction.Fast);
        Assert.Null(reducer.LayerDone);
    }

    private static bool Reaches(int microBatch, int parameter) => parameter != 3 && (parameter < 2 || (microBatch + parameter) % 3 > 0);

    private static double[] Term(int step, int microBatch, int parameter)
    {
        Random random = new(step * 1000 + microBatch * 10 + parameter);
        long count = s_parameters[parameter].Shape.Aggregate((a, b) => a * b);
        return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextDouble() - 0.5)];
    }

    private static double[]? Expected(int step, int parameter, int microBatches)
    {
        double[][] terms =
            [.. Enumerable.Range(0, microBatches).Where(m => Reaches(m, parameter)).Select(m => Term(step, m, parameter))];
        return terms.Length == 0 ? null : terms.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
    }

    /// <summary>Two steps of one rank, each with a backward pass for each of its micro-batches, the last of which reports its layers.</summary>
    private sealed class Run
    {
        private readonly torch.Tensor[] _parameters;

        /// <param name="cancelledAt">The layer before which the last pass of the first step is cancelled.</param>
        public Run(ThreadCommunicator ranks, int bucketBytes, int microBatches, torch.ScalarType dtype, int? cancelledAt = null)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            _parameters = [.. s_parameters.Select(p => torch.zeros(p.Shape, dtype: dtype, requires_grad: true))];
            using GradientReducer reducer = new(
                _parameters, ranks, GradientReduction.Fast, completeAfter: [.. s_parameters.Select(p => p.CompleteAfter)],
                bucketBytes: bucketBytes);
            int[] rankOf = [.. Enumerable.Range(0, microBatches).Select(ranks.RankOf)];
            for (int step = 0; step < Steps; step++)
            {
                int before = ranks.Begun.Count;
                List<int> begunAfter = [];
                bool isCancelled = false;
                try
                {
                    reducer.Local(rankOf, own => Backward(step, own, layer =>
                    {
                        if (step == 0 && cancelledAt == layer + 1)
                            throw new OperationCanceledException();
                        reducer.LayerDone!(layer);
                        begunAfter.Add(ranks.Begun.Count - before);
                    }));
                }
                catch (OperationCanceledException)
                {
                    isCancelled = true;
                }
                BegunAfter.Add([.. begunAfter.Append(ranks.Begun.Count - before)]);
                double[] cancelled = [isCancelled ? 1 : 0];
                ranks.Add(cancelled); // as TrainStep tells
                if (cancelled[0] == 0)
                    reducer.Combine(rankOf, []);
                Gradients.Add(cancelled[0] > 0 ? [] : [.. _parameters.Select(p => p.grad?.to(torch.float64).data<double>().ToArray())]);
                Addresses.Add([.. _parameters.Select(p => p.grad is { } gradient ? Address(gradient) : 0)]);
                Array.ForEach(_parameters, p => p.grad = null);
            }
            Begun = ranks.Begun;
        }

        /// <summary>[step][parameter].</summary>
        public List<double[]?[]> Gradients { get; } = [];

        /// <summary>[step][parameter] memory of the sums.</summary>
        public List<nint[]> Addresses { get; } = [];

        /// <summary>[step][layers done] sums that have begun, and in the end.</summary>
        public List<int[]> BegunAfter { get; } = [];

        public List<long> Begun { get; }

        private static unsafe nint Address(torch.Tensor tensor)
        {
            fixed (byte* first = tensor.bytes)
                return (nint)first;
        }

        private void Backward(int step, IReadOnlyList<int> microBatches, Action<int> layerDone)
        {
            foreach (int microBatch in microBatches)
                for (int layer = Layers; layer >= -1; layer--)
                {
                    foreach (int p in Enumerable.Range(0, s_parameters.Length).Where(p => s_parameters[p].CompleteAfter == layer))
                        if (Reaches(microBatch, p))
                            Accumulate(_parameters[p], Term(step, microBatch, p));
                    if (layer is >= 0 and < Layers && microBatch == microBatches[^1])
                        layerDone(layer);
                }
        }

        private static void Accumulate(torch.Tensor parameter, double[] numbers)
        {
            using IDisposable noGradient = torch.no_grad();
            torch.Tensor gradient = torch.tensor(numbers).to(parameter.dtype).view(parameter.shape);
            parameter.grad = parameter.grad is { } sum ? sum + gradient : gradient;
        }
    }
}
