using System.Runtime.InteropServices;

namespace TraceFast.Training.Distributed;

/// <summary>
/// The processes ("ranks") of a run and what they exchange. Every rank calls the same operations in the same order.
/// <see cref="Alone"/> is a run of one process, where each operation is the identity.
/// </summary>
public class Communicator : IDisposable
{
    /// <summary>One process.</summary>
    public static Communicator Alone { get; } = new();

    protected Communicator()
    {
    }

    /// <summary>This process, from 0; rank 0 is the one that writes.</summary>
    public virtual int Rank => 0;

    /// <summary>W, the number of processes.</summary>
    public virtual int Size => 1;

    /// <summary>Threads that this process may use where <c>threads</c> is 0.</summary>
    public virtual int Processors => Environment.ProcessorCount;

    /// <summary>Whether this process writes files and lines of the log.</summary>
    public bool Writes => Rank == 0;

    /// <summary>
    /// The rank of the micro-batch at this place in its epoch: dealt in turn, as accelerate's BatchSamplerShard does (accelerate 1.11,
    /// data_loader.py) with even_batches=False, so that no record is read twice.
    /// </summary>
    public int RankOf(int place) => place % Size;

    /// <summary>One line on the ranks; null where there is one.</summary>
    public virtual string? Describe => null;

    /// <summary>The newest checkpoint, for the report of a failure; set by rank 0.</summary>
    public string? LastCheckpoint { get; set; }

    /// <summary>Waits until every rank has come this far.</summary>
    /// <exception cref="RankFailedException">Another rank has failed or does not answer; so for all operations.</exception>
    public virtual void Barrier()
    {
    }

    /// <summary>values[i] = Σ over ranks; the order of additions is MPI's, so exact only where all ranks but one have 0.</summary>
    public virtual void Add(Span<double> values)
    {
    }

    /// <summary>
    /// Begins sum = Σ over ranks of own, which goes on while the caller computes; several may be under way. Their memory is MPI's until
    /// the sum is complete, and does not go before.
    /// </summary>
    /// <param name="own">Contiguous, float32 or float64, in the host's memory, at most 2^31 - 1 numbers; is not changed.</param>
    /// <param name="sum">Of the same length and dtype, other memory.</param>
    public virtual PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum)
    {
        sum.copy_(own);
        return PendingSum.Complete;
    }

    /// <summary>Gives the sums that are under way a little of the caller's time; does not wait.</summary>
    public virtual void CarryOnSums()
    {
    }

    /// <summary>The texts of all ranks, by rank.</summary>
    public virtual IReadOnlyList<string> Gather(string text) => [text];

    /// <summary>The numbers of all ranks, by rank.</summary>
    public double[] Gather(double number)
    {
        double[] all = new double[Size];
        GatherAll(MemoryMarshal.AsBytes<double>([number]), MemoryMarshal.AsBytes(all.AsSpan()));
        return all;
    }

    /// <summary>What all ranks throw where one of them was interrupted.</summary>
    /// <param name="cancellation">This process's own, which is the reason where it is alone.</param>
    public OperationCanceledException Interruption(CancellationToken cancellation) =>
        Size > 1 ? new RanksInterruptedException() : new OperationCanceledException(cancellation);

    /// <summary>What rank 0 computes, on all ranks; the others do not compute it.</summary>
    public string OfRank0(Func<string> compute) => Gather(Writes ? compute() : "")[0];

    /// <summary>Sends a part of <paramref name="sent"/> to each rank, in their order, and receives one from each.</summary>
    /// <param name="sentBytes">Length of each part.</param>
    /// <param name="received">The parts from the ranks, in their order.</param>
    /// <param name="receivedBytes">Length of each part.</param>
    public virtual void Exchange(
        ReadOnlySpan<byte> sent, ReadOnlySpan<int> sentBytes, Span<byte> received, ReadOnlySpan<int> receivedBytes) =>
        sent.CopyTo(received);

    /// <summary>The bytes of all ranks, of one length on all, in the order of the ranks.</summary>
    public virtual void GatherAll(ReadOnlySpan<byte> own, Span<byte> all) => own.CopyTo(all);

    /// <summary>
    /// Sends a message to another rank and back, several times, waiting for it as the operations above do; both ranks call it, with each
    /// other's number. The message is not copied.
    /// </summary>
    /// <param name="bytes">Its length, at least 1.</param>
    /// <param name="seconds">Of each round trip; those that count are of the rank with the lower number, which sends first.</param>
    /// <exception cref="InvalidOperationException">There is one process.</exception>
    public virtual void TimeRoundTrips(int partner, int bytes, Span<double> seconds) =>
        throw new InvalidOperationException("one process has nobody to send a message to");

    /// <summary>
    /// Ends the whole job for an error of this rank, which the user reads once: from rank 0, with the rank where not all have it. Does
    /// nothing where there is one process.
    /// </summary>
    /// <param name="code">The exit code.</param>
    public virtual void Fail(string message, int code)
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
