namespace TraceFast.Training.Distributed;

/// <summary>
/// By NCCL, from GPU to GPU. Operations are queued, and an error of the network comes later: a thread asks for it, since the run may by
/// then wait for the GPU, which waits for the network; it ends the job by <see cref="Communicator.Fail"/>.
/// </summary>
internal sealed class NcclCollectives : ICollectives
{
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    private readonly NcclLibrary _library;
    private readonly Communicator _ranks;
    private readonly nint _communicator;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _watch;
    private bool _open = true;

    /// <summary>All ranks call this; it waits for the last.</summary>
    /// <param name="ranks">Carries the communicator's name, and reports an error that comes later.</param>
    /// <param name="device">The GPU; in tests with a library that takes plain pointers, the processor.</param>
    /// <param name="round">Between two looks for errors; null: a second.</param>
    /// <exception cref="NcclException">NCCL has failed; so for all operations.</exception>
    public NcclCollectives(NcclLibrary library, Communicator ranks, torch.Device device, TimeSpan? round = null)
    {
        (_library, _ranks, Device) = (library, ranks, device);
        byte[] own = ranks.Rank == 0 ? library.GetUniqueId() : new byte[NcclLibrary.UniqueIdBytes];
        byte[] all = new byte[own.Length * ranks.Size];
        ranks.GatherAll(own, all);
        _communicator = library.InitRank(ranks.Size, all.AsSpan(0, own.Length), ranks.Rank);
        _watch = new Thread(() => Watch(round ?? s_round)) { IsBackground = true, Name = "NCCL watch" };
        _watch.Start();
    }

    public torch.Device Device { get; }

    public PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum)
    {
        Require(own, own.numel());
        Require(sum, own.numel());
        _library.AllReduce(own, sum, _communicator);
        return PendingSum.Complete; // for what is queued on the same stream after it
    }

    public void CarryOn()
    {
    }

    public void Exchange(torch.Tensor sent, IReadOnlyList<long> sentCounts, torch.Tensor received, IReadOnlyList<long> receivedCounts)
    {
        Require(sent, sentCounts.Sum());
        Require(received, receivedCounts.Sum());
        _library.Group(() =>
        {
            long from = 0, to = 0;
            for (int rank = 0; rank < _ranks.Size; rank++)
            {
                if (sentCounts[rank] > 0)
                    _library.Send(sent, from, sentCounts[rank], rank, _communicator);
                if (receivedCounts[rank] > 0)
                    _library.Receive(received, to, receivedCounts[rank], rank, _communicator);
                (from, to) = (from + sentCounts[rank], to + receivedCounts[rank]);
            }
        });
    }

    public void GatherAll(torch.Tensor own, torch.Tensor all)
    {
        Require(own, own.numel());
        Require(all, own.numel() * _ranks.Size);
        _library.AllGather(own, all, _communicator);
    }

    public void Complete()
    {
        EndWatch();
        _open = false;
        _library.Destroy(_communicator);
    }

    public void Dispose()
    {
        if (_open)
        {
            // Something has failed, on this rank or another: what is queued may never end.
            EndWatch();
            _open = false;
            _library.Abort(_communicator);
        }
        _end.Dispose();
    }

    private static void Require(torch.Tensor tensor, long count)
    {
        if (!tensor.is_contiguous() || tensor.numel() != count)
            throw new ArgumentException($"expected {count} contiguous numbers, found {tensor.numel()}", nameof(tensor));
    }

    private void EndWatch()
    {
        _end.Set();
        _watch.Join();
    }

    private void Watch(TimeSpan round)
    {
        const int Failed = 1;
        try
        {
            while (!_end.Wait(round))
                _library.CheckQueued(_communicator);
        }
        catch (NcclException e)
        {
            _ranks.Fail($"error: {e.Message}", Failed);
        }
    }
}
