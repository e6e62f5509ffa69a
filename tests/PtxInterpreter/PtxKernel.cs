using System.Runtime.ExceptionServices;

namespace TraceFast.PtxInterpreter;

/// <summary>A thread of a group: its registers and where it waits.</summary>
internal sealed class PtxThread(int registers, int index, int localBytes)
{
    public readonly ulong[] Registers = new ulong[registers];
    public readonly byte[] Local = new byte[localBytes];
    public readonly int Index = index;
    public PtxGroup Group = null!;

    /// <summary>Index of the next instruction; of the one it waits at; -1: it has returned.</summary>
    public int At;

    public PtxWait Waiting;

    /// <summary>What it offers in a shuffle.</summary>
    public ulong Offered { get; private set; }

    /// <summary>From how many lanes above its own it takes what comes.</summary>
    public int Delta { get; private set; }

    /// <summary>The register that gets what comes.</summary>
    public int Target { get; private set; }

    public void Shuffle(ulong offered, ulong delta, int target) => (Offered, Delta, Target) = (offered, (int)delta, target);
}

internal enum PtxWait
{
    None,
    Shuffle,
    Barrier,
}

/// <summary>What the threads of a group share.</summary>
/// <param name="Within">Whether so many bytes at an address belong to memory that the launch may touch.</param>
internal sealed record PtxGroup(
    (int X, int Y) Grid, (int X, int Y) Index, int Threads, byte[] Parameters, Func<nint, int, bool> Within, GroupMemory Shared);

/// <summary>
/// Runs a kernel's PTX on the processor, each thread up to the next shuffle or barrier. Faults on an address outside the given memory, a
/// misaligned access, a shuffle or barrier that not all its threads reach, and what <see cref="GroupMemory"/> finds.
/// </summary>
internal sealed class PtxKernel
{
    private const int Lanes = 32;
    private const int LargestGroup = 1024;

    private readonly PtxModule _module;
    private readonly PtxInstructions _instructions;

    /// <param name="module">A parsed kernel.</param>
    /// <param name="approximation">Relative error put on ex2.approx and lg2.approx: 0, or 2^-22 to see what a GPU may do.</param>
    public PtxKernel(PtxModule module, double approximation = 0) =>
        (_module, _instructions) = (module, new PtxInstructions(module, approximation));

    /// <param name="grid">Groups in x and y.</param>
    /// <param name="threads">Of a group, in x.</param>
    /// <param name="parameters">Their bytes, laid out as <see cref="PtxModule.Parameters"/> says.</param>
    /// <param name="within">Whether so many bytes at an address belong to memory that the launch may touch.</param>
    /// <exception cref="PtxFault">The kernel does what a GPU would not survive, or would do wrong silently.</exception>
    public void Run((int X, int Y) grid, int threads, byte[] parameters, Func<nint, int, bool> within)
    {
        if (threads < 1 || threads > LargestGroup || (_module.MaxThreads > 0 && threads > _module.MaxThreads))
            throw new PtxFault($"{_module.Entry}: {threads} threads, .maxntid {_module.MaxThreads}");
        try
        {
            Parallel.For(0, grid.X * grid.Y, NewGroup, RunGroupAt, _ => { });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        (PtxThread[] Threads, GroupMemory Shared) NewGroup() => (
            [.. Enumerable.Range(0, threads).Select(t => new PtxThread(_instructions.RegisterCount, t, _module.LocalBytes))],
            new GroupMemory(_module.SharedBytes));

        (PtxThread[], GroupMemory) RunGroupAt(int index, ParallelLoopState state, (PtxThread[] Threads, GroupMemory Shared) own)
        {
            RunGroup(own.Threads, new PtxGroup(grid, (index % grid.X, index / grid.X), threads, parameters, within, own.Shared));
            return own;
        }
    }

    private void RunGroup(PtxThread[] threads, PtxGroup group)
    {
        group.Shared.Clear();
        foreach (PtxThread thread in threads)
        {
            Array.Clear(thread.Registers);
            (thread.At, thread.Group, thread.Waiting) = (0, group, PtxWait.None);
        }
        while (true)
        {
            bool alive = false;
            foreach (PtxThread thread in threads)
            {
                if (thread.Waiting == PtxWait.None && thread.At >= 0)
                    _instructions.Advance(thread);
                alive |= thread.At >= 0;
            }
            if (!alive)
                return;
            bool moved = false;
            for (int first = 0; first < threads.Length; first += Lanes)
                moved |= Shuffle(threads.AsSpan(first, Math.Min(Lanes, threads.Length - first)));
            if (!moved)
                Barrier(threads, group);
        }
    }

    // Exchanges the values of a warp that has reached a shuffle.
    private bool Shuffle(Span<PtxThread> warp)
    {
        (int count, int at) = (0, -1);
        foreach (PtxThread thread in warp)
        {
            if (thread.Waiting != PtxWait.Shuffle)
                continue;
            if (at >= 0 && at != thread.At)
                throw new PtxFault($"{Place(at)} and {Place(thread.At)}: threads of a warp at different shuffles");
            at = thread.At;
            count++;
        }
        if (count == 0)
            return false;
        if (count != Lanes)
            throw new PtxFault($"{Place(at)}: {count} of {Lanes} threads reach the shuffle");
        ulong[] offered = new ulong[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
            offered[lane] = warp[lane].Offered;
        for (int lane = 0; lane < Lanes; lane++)
        {
            PtxThread thread = warp[lane];
            int source = lane + thread.Delta;
            thread.Registers[thread.Target] = offered[source < Lanes ? source : lane];
            thread.Waiting = PtxWait.None;
            thread.At++;
        }
        return true;
    }

    private void Barrier(PtxThread[] threads, PtxGroup group)
    {
        int waiting = threads.Count(t => t.Waiting == PtxWait.Barrier);
        if (waiting == 0)
            return;
        if (waiting != threads.Length)
            throw new PtxFault($"{_module.Entry}: {waiting} of {threads.Length} threads reach a barrier, the others have returned");
        foreach (PtxThread thread in threads)
        {
            if (thread.At != threads[0].At)
                throw new PtxFault($"{Place(threads[0].At)} and {Place(thread.At)}: threads of a group at different barriers");
        }
        foreach (PtxThread thread in threads)
        {
            thread.Waiting = PtxWait.None;
            thread.At++;
        }
        group.Shared.Barrier();
    }

    private string Place(int statement) => $"{_module.Entry} line {_module.Statements[statement].Line}";
}
