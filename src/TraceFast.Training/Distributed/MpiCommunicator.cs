using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace TraceFast.Training.Distributed;

/// <summary>
/// The processes that mpirun or srun has started. One thread computes and calls the operations; <see cref="RankWatch"/> has another, and
/// so has <see cref="MpiSums"/>.
/// </summary>
internal sealed unsafe class MpiCommunicator : Communicator
{
    private const string ProcessStatus = "/proc/self/status";

    /// <summary>Held around every call of MPI.</summary>
    private readonly Lock _mpi = new();
    private readonly RankWatch _watch;
    private readonly MpiSums _sums;
    private readonly Staging _sent = new(), _received = new();

    private MpiCommunicator(int rank, int size)
    {
        (Rank, Size) = (rank, size);
        _watch = new RankWatch(this, _mpi);
        _sums = new MpiSums(this, _mpi);
        Names = Gather($"{Dns.GetHostName()}, process {Environment.ProcessId}");
        Processors = OwnProcessors();
        _watch.Begin();
    }

    public override int Rank { get; }

    public override int Size { get; }

    public override int Processors { get; }

    /// <summary>Host and process of each rank.</summary>
    public IReadOnlyList<string> Names { get; } = [];

    public override string Describe =>
        $"ranks: {Size}, by {MpiLibrary.Version}; {Processors} of the processors for rank 0"
        + (Processors == 1 ? " (as the launcher has bound it; mpirun --bind-to none, or --map-by slot:PE=N, gives a rank more)" : "");

    /// <param name="started">Processes that the launcher has started.</param>
    /// <exception cref="MpiException">The library is missing, does not start, or is another MPI than the launcher's.</exception>
    public static MpiCommunicator Open(int started)
    {
        int* facts = stackalloc int[2];
        try
        {
            MpiLibrary.Check(MpiLibrary.Init(facts));
        }
        catch (DllNotFoundException)
        {
            throw new MpiException(
                "this process is one of several of an MPI job, but the program was built without MPI; install it on every machine and "
                + "build again: apt-get install libopenmpi-dev openmpi-bin (or libmpich-dev mpich) && ./tracefast build");
        }
        if (facts[1] != started)
        {
            string version = MpiLibrary.Version;
            _ = MpiLibrary.Complete();
            throw new MpiException(
                $"{started} processes were started, but {version}, with which the program was built, sees {facts[1]}: they were started by "
                + "another MPI's launcher; use the mpirun of this one (srun --mpi=pmix), or build again (./tracefast build) where "
                + "the other's mpicc comes first");
        }
        return new MpiCommunicator(facts[0], facts[1]);
    }

    public override void Barrier() => Complete(MpiLibrary.StartBarrier);

    public override void Add(Span<double> values)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        _sent.Hold(bytes.Length);
        _received.Hold(bytes.Length);
        bytes.CopyTo(_sent.Bytes);
        int count = values.Length;
        Complete(() => MpiLibrary.StartAdd(_sent.Address, _received.Address, count));
        _received.Bytes.CopyTo(bytes);
    }

    public override PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum) => _sums.Begin(own, sum);

    public override void CarryOnSums() => _sums.CarryOn();

    public override IReadOnlyList<string> Gather(string text)
    {
        byte[] own = System.Text.Encoding.UTF8.GetBytes(text);
        int[] lengths = new int[Size];
        GatherAll(MemoryMarshal.AsBytes<int>([own.Length]), MemoryMarshal.AsBytes(lengths.AsSpan()));
        int longest = lengths.Max();
        byte[] all = new byte[longest * Size];
        Array.Resize(ref own, longest);
        if (longest > 0)
            GatherAll(own, all);
        return [.. lengths.Select((length, rank) => System.Text.Encoding.UTF8.GetString(all, rank * longest, length))];
    }

    public override void Exchange(
        ReadOnlySpan<byte> sent, ReadOnlySpan<int> sentBytes, Span<byte> received, ReadOnlySpan<int> receivedBytes)
    {
        _sent.Hold(sent.Length);
        _received.Hold(received.Length);
        sent.CopyTo(_sent.Bytes);
        int[] from = sentBytes.ToArray(), to = receivedBytes.ToArray();
        Complete(() =>
        {
            fixed (int* fromBytes = from, toBytes = to) // copied before the call returns
                return MpiLibrary.StartExchange(_sent.Address, fromBytes, _received.Address, toBytes, Size);
        });
        _received.Bytes.CopyTo(received);
    }

    public override void GatherAll(ReadOnlySpan<byte> own, Span<byte> all)
    {
        _sent.Hold(own.Length);
        _received.Hold(all.Length);
        own.CopyTo(_sent.Bytes);
        Complete(() => MpiLibrary.StartGather(_sent.Address, _sent.Length, _received.Address));
        _received.Bytes.CopyTo(all);
    }

    public override void TimeRoundTrips(int partner, int bytes, Span<double> seconds)
    {
        _sent.Hold(bytes);
        _received.Hold(bytes);
        Span<byte> content = _sent.Bytes;
        for (int i = 0; i < bytes; i++)
            content[i] = (byte)(i * 31 + 7);
        _received.Bytes.Clear();
        bool first = Rank < partner;
        Func<int> send = () => MpiLibrary.StartSend(first ? _sent.Address : _received.Address, bytes, partner);
        Func<int> receive = () => MpiLibrary.StartReceive(_received.Address, bytes, partner);
        foreach (ref double trip in seconds)
        {
            long began = Stopwatch.GetTimestamp();
            Await(first ? send : receive);
            Await(first ? receive : send);
            trip = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        if (!_received.Bytes.SequenceEqual(_sent.Bytes))
            throw new MpiException(
                $"a message of {bytes} bytes between ranks {Rank} and {partner} came with other content than it was sent with");
    }

    public override void Fail(string message, int code) => _watch.Fail(message, code);

    /// <summary>An operation of all ranks is complete, for the watch.</summary>
    internal void CountExchange() => _watch.Exchanges++;

    /// <summary>Polls an operation, so that the watch can speak meanwhile and end the wait.</summary>
    /// <param name="isDone">One call of MPI, which is made with the lock held.</param>
    internal void Await(Func<bool> isDone)
    {
        long began = Stopwatch.GetTimestamp();
        for (int round = 0; ; round++)
        {
            long called = Stopwatch.GetTimestamp();
            lock (_mpi)
                if (isDone())
                    return;
            _watch.ThrowIfFailed();
            if (round < 200)
                Thread.SpinWait(50);
            else if (Stopwatch.GetElapsedTime(began).TotalMilliseconds < 20)
                Thread.Yield();
            else if (!MpiSums.Moved(called))
                Thread.Sleep(1);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _sums.Complete();
                Barrier();
            }
            catch (RankFailedException)
            {
                _watch.AwaitEnd(); // of the job: the watch reports the other rank
            }
            _sums.Dispose();
            _watch.Dispose();
            lock (_mpi)
                _ = MpiLibrary.Complete();
        }
        base.Dispose(disposing);
    }

    /// <summary>An operation of all ranks.</summary>
    private void Complete(Func<int> start)
    {
        Await(start);
        CountExchange();
    }

    private void Await(Func<int> start)
    {
        lock (_mpi)
            MpiLibrary.Check(start());
        Await(() =>
        {
            int done = 0;
            MpiLibrary.Check(MpiLibrary.Test(&done));
            return done != 0;
        });
    }

    /// <summary>Those that the launcher has bound this process to, shared among the ranks that are bound to the same.</summary>
    private int OwnProcessors()
    {
        string bound = !File.Exists(ProcessStatus) ? ""
            : File.ReadLines(ProcessStatus).FirstOrDefault(l => l.StartsWith("Cpus_allowed_list", StringComparison.Ordinal)) ?? "";
        string here = $"{Dns.GetHostName()} {bound}";
        return Math.Max(1, Environment.ProcessorCount / Gather(here).Count(other => other == here));
    }

    /// <summary>
    /// Memory that MPI reads and writes. It stays until the process ends, since a collective that is given up, for a rank that has failed,
    /// may still write into it.
    /// </summary>
    private sealed class Staging
    {
        public byte* Address { get; private set; }

        public int Length { get; private set; }

        public Span<byte> Bytes => new(Address, Length);

        private int _size;

        public void Hold(int bytes)
        {
            Length = bytes;
            if (bytes <= _size && Address is not null)
                return;
            _size = Math.Max(bytes, 1);
            Address = (byte*)NativeMemory.Realloc(Address, (nuint)_size);
        }
    }
}
