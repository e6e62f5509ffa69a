using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace TraceFast.Training.Distributed;

/// <summary>
/// The processes that mpirun or srun has started. One thread computes and calls the operations; <see cref="RankWatch"/> has another.
/// </summary>
internal sealed unsafe class MpiCommunicator : Communicator
{
    private const string ProcessStatus = "/proc/self/status";

    /// <summary>Held around every call of MPI.</summary>
    private readonly Lock _mpi = new();
    private readonly RankWatch _watch;

    private MpiCommunicator(int rank, int size, int localSize)
    {
        (Rank, Size) = (rank, size);
        _watch = new RankWatch(this, _mpi);
        Names = Gather($"{Dns.GetHostName()}, process {Environment.ProcessId}");
        Processors = ProcessorsOf(localSize);
        _watch.Begin();
    }

    public override int Rank { get; }

    public override int Size { get; }

    public override int Processors { get; }

    /// <summary>Host and process of each rank.</summary>
    public IReadOnlyList<string> Names { get; } = [];

    public override string Describe => $"ranks: {Size}, by {MpiLibrary.Version}; {Processors} of the processors for this one";

    /// <param name="started">Processes that the launcher has started.</param>
    /// <exception cref="MpiException">The library is missing, does not start, or is another MPI than the launcher's.</exception>
    public static MpiCommunicator Open(int started)
    {
        int* facts = stackalloc int[4];
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
                + "another MPI's launcher; use the mpirun of this one, or build again (./tracefast build) where the other's mpicc comes "
                + "first");
        }
        return new MpiCommunicator(facts[0], facts[1], facts[3]);
    }

    public override void Barrier() => Complete(MpiLibrary.StartBarrier);

    public override void Add(Span<double> values)
    {
        fixed (double* first = values)
        {
            double* address = first;
            int count = values.Length;
            Complete(() => MpiLibrary.StartAdd(address, count, sizeof(double)));
        }
    }

    public override void Add(Span<float> values)
    {
        fixed (float* first = values)
        {
            float* address = first;
            int count = values.Length;
            Complete(() => MpiLibrary.StartAdd(address, count, sizeof(float)));
        }
    }

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
        fixed (byte* source = sent, target = received)
        fixed (int* sourceBytes = sentBytes, targetBytes = receivedBytes)
        {
            byte* from = source, to = target;
            int* fromBytes = sourceBytes, toBytes = targetBytes;
            Complete(() => MpiLibrary.StartExchange(from, fromBytes, to, toBytes, Size));
        }
    }

    public override void GatherAll(ReadOnlySpan<byte> own, Span<byte> all)
    {
        fixed (byte* source = own, target = all)
        {
            byte* from = source, to = target;
            int bytes = own.Length;
            Complete(() => MpiLibrary.StartGather(from, bytes, to));
        }
    }

    public override void Fail(string message, int code) => _watch.Fail(message, code);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Barrier();
            _watch.Dispose();
            lock (_mpi)
                _ = MpiLibrary.Complete();
        }
        base.Dispose(disposing);
    }

    /// <summary>Starts a collective and polls it, so that the watch can speak meanwhile and end the wait.</summary>
    private void Complete(Func<int> start)
    {
        lock (_mpi)
            MpiLibrary.Check(start());
        long began = Stopwatch.GetTimestamp();
        for (int round = 0; ; round++)
        {
            int done = 0;
            lock (_mpi)
                MpiLibrary.Check(MpiLibrary.Test(&done));
            if (done != 0)
                return;
            _watch.ThrowIfFailed();
            if (round < 200)
                Thread.SpinWait(50);
            else if (Stopwatch.GetElapsedTime(began).TotalMilliseconds < 20)
                Thread.Yield();
            else
                Thread.Sleep(1);
        }
    }

    /// <summary>Those that the launcher has bound this process to, shared among the ranks that are bound to the same.</summary>
    private int ProcessorsOf(int localSize)
    {
        string own = !File.Exists(ProcessStatus) ? ""
            : File.ReadLines(ProcessStatus).FirstOrDefault(l => l.StartsWith("Cpus_allowed_list", StringComparison.Ordinal)) ?? "";
        string here = $"{Dns.GetHostName()} {own}";
        int sharing = own.Length == 0 ? localSize : Gather(here).Count(other => other == here);
        return Math.Max(1, Environment.ProcessorCount / sharing);
    }
}
