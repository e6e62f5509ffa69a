using System.Runtime.InteropServices;

namespace TraceFast.Training.Distributed;

/// <summary>
/// What ranks exchange as tensors: contiguous, float32 or float64, on <see cref="Device"/>. Every rank calls the same operations in the
/// same order. An operation of a GPU is queued on torch's current stream, as torch's own are.
/// </summary>
internal interface ICollectives : IDisposable
{
    /// <summary>Where the tensors lie.</summary>
    torch.Device Device { get; }

    /// <summary>
    /// Begins sum = Σ over ranks of own, in an order of the library's own. It goes on while the caller computes, who leaves both alone
    /// until it is complete; several may be under way.
    /// </summary>
    /// <param name="own">At most 2^31 - 1 numbers.</param>
    /// <param name="sum">Of the same length and dtype, other memory.</param>
    PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum);

    /// <summary>Gives the sums that are under way a little of the caller's time, where they need it; does not wait.</summary>
    void CarryOn();

    /// <summary>Sends a part of <paramref name="sent"/> to each rank, in their order, and receives one from each.</summary>
    /// <param name="sentCounts">Numbers in each part.</param>
    /// <param name="received">The parts from the ranks, in their order; of the same dtype.</param>
    /// <param name="receivedCounts">Numbers in each part.</param>
    void Exchange(torch.Tensor sent, IReadOnlyList<long> sentCounts, torch.Tensor received, IReadOnlyList<long> receivedCounts);

    /// <summary>The tensors of all ranks, of one length on all, in the order of the ranks.</summary>
    void GatherAll(torch.Tensor own, torch.Tensor all);

    /// <summary>Ends it where all went well. <see cref="IDisposable.Dispose"/> alone gives up what is under way.</summary>
    void Complete();

    /// <summary>NCCL between GPUs where all ranks have it, else the communicator; all ranks call this.</summary>
    /// <param name="device">Where this rank's gradients lie.</param>
    /// <param name="environment">Value of a variable; null: none.</param>
    /// <param name="log">Is told which one it is, where a rank has a GPU.</param>
    /// <param name="library">The name by which NCCL is looked for.</param>
    /// <exception cref="NcclException">A rank has an NCCL that cannot be used, or the ranks have several versions.</exception>
    static ICollectives Open(
        Communicator ranks, torch.Device device, Func<string, string?> environment, Action<string> log, string library = NcclLibrary.Name)
    {
        const string Processor = "its gradients are in host memory", Prefix = "NCCL ";
        if (ranks.Size == 1)
            return new HostCollectives(ranks);
        (NcclLibrary? own, string reason) = device.type == DeviceType.CUDA ? NcclLibrary.Find(environment, library) : (null, Processor);
        IReadOnlyList<string> states = ranks.Gather(own is null ? reason : $"{Prefix}{own.Version}");
        if (states.All(s => s == Processor))
            return new HostCollectives(ranks);
        IEnumerable<string> byState = states.Select((state, rank) => (State: state, Rank: rank)).GroupBy(s => s.State, s => s.Rank).Select(
            s => s.Count() == ranks.Size ? s.Key : $"rank {string.Join(", ", s)}: {s.Key}");
        if (own is null || states.Any(s => !s.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            log($"gradients are exchanged over MPI and host memory, not between GPUs: {string.Join("; ", byState)}");
            return new HostCollectives(ranks);
        }
        if (states.Any(s => s != states[0]))
            throw new NcclException(
                $"the ranks have several versions of NCCL ({string.Join("; ", byState)}), which do not work together: install one on "
                + $"every machine, or set {NcclLibrary.Variable}={NcclLibrary.Unwanted} to exchange gradients over MPI and host memory");
        NcclCollectives collectives = new(own, ranks, device);
        log($"gradients are exchanged between GPUs by {states[0]}");
        return collectives;
    }
}

/// <summary>By a <see cref="Communicator"/>, in host memory.</summary>
internal sealed class HostCollectives(Communicator ranks) : ICollectives
{
    public torch.Device Device => torch.CPU;

    public PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum) => ranks.BeginAdd(own, sum);

    public void CarryOn() => ranks.CarryOnSums();

    public void Exchange(torch.Tensor sent, IReadOnlyList<long> sentCounts, torch.Tensor received, IReadOnlyList<long> receivedCounts)
    {
        long size = sent.ElementSize;
        ranks.Exchange(sent.bytes, Bytes(sentCounts), received.bytes, Bytes(receivedCounts));

        int[] Bytes(IReadOnlyList<long> counts) => [.. counts.Select(count => checked((int)(count * size)))];
    }

    public void GatherAll(torch.Tensor own, torch.Tensor all) => ranks.GatherAll(own.bytes, all.bytes);

    public void Complete()
    {
    }

    public void Dispose()
    {
    }
}
