using System.Diagnostics;
using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Scale;

/// <summary>A predicted exchange of gradients beside the one that <c>train</c> makes, on the ranks of this job.</summary>
/// <param name="Predicted">Seconds, by <see cref="ExchangeCost"/> and the machine's constants.</param>
/// <param name="Measured">Seconds, median over the repetitions of the slowest rank's.</param>
public sealed record ExchangeCheck(TrainedModel Model, GradientReduction Reduction, double Predicted, double Measured)
{
    private const int Repetitions = 5;

    /// <param name="measured">Of <see cref="Measure"/>.</param>
    public static ExchangeCheck Of(TrainedModel model, GradientReduction reduction, int ranks, MachineConstants machine, double measured)
    {
        ExchangeCost cost = ExchangeCost.OfGradients(model.Trained, ranks, 1, reduction);
        double predicted = (cost.Messages * machine.Network.Latency) + (cost.Bytes * machine.Network.SecondsPerByte)
            + machine.MemorySeconds(cost);
        return new ExchangeCheck(model, reduction, predicted, measured);
    }

    /// <summary>
    /// Seconds of the exchange that <c>train</c> makes, one micro-batch on each rank, whose gradient is a run of ones. All ranks call it.
    /// </summary>
    public static double Measure(long parameters, GradientReduction reduction, Communicator ranks, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor parameter = torch.zeros([parameters], requires_grad: true);
        using GradientReducer reducer = new([parameter], ranks, reduction);
        int[] rankOf = [.. Enumerable.Range(0, ranks.Size)];
        double[] seconds = new double[Repetitions];
        for (int i = -1; i < Repetitions; i++)
        {
            using DisposeScope step = torch.NewDisposeScope();
            long began = 0;
            IReadOnlyList<GradientReducer.Partial> partials = reducer.Local(rankOf, _ =>
            {
                parameter.grad = torch.ones([parameters]);
                ranks.Barrier();
                began = Stopwatch.GetTimestamp();
            });
            reducer.Combine(rankOf, partials);
            double took = ranks.Gather(Stopwatch.GetElapsedTime(began).TotalSeconds).Max();
            if (i >= 0) // the first one warms up
                seconds[i] = took;
            if (!(parameter.grad! == ranks.Size).all().item<bool>())
                throw new InvalidOperationException($"the sum of {ranks.Size} gradients of ones is not {ranks.Size} everywhere");
            parameter.grad = null;
            cancellation.ThrowIfCancellationRequested();
        }
        Array.Sort(seconds);
        return seconds[Repetitions / 2];
    }
}
