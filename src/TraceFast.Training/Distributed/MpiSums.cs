using System.Diagnostics;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Distributed;

/// <summary>
/// Sums that are under way while the process computes. MPI carries them on only inside its own calls, so a thread makes such calls from
/// the time a sum begins until all are done, or the process waits for one. It sleeps a millisecond after a call that has found nothing to
/// do, which leaves the core to a rank that has only one: two ranks in shared memory or by TCP add no slower for it (25 MiB, Open MPI 4.1).
/// </summary>
internal sealed unsafe class MpiSums : IDisposable
{
    /// <summary>The event of a profile that shows the time in which sums were under way and nobody waited for them.</summary>
    public const string Hidden = "exchange of gradients, hidden";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1), s_idleCall = TimeSpan.FromMicroseconds(20);

    private readonly MpiCommunicator _ranks;
    private readonly Lock _mpi;
    private readonly Thread _thread;

    /// <summary>In the order in which they began; used with the lock held.</summary>
    private readonly Queue<Sum> _underWay = new();

    /// <summary>Set while the thread is to carry on; changed with the lock held.</summary>
    private readonly ManualResetEventSlim _carryOn = new();
    private volatile bool _end;

    public MpiSums(MpiCommunicator ranks, Lock mpi)
    {
        (_ranks, _mpi) = (ranks, mpi);
        _thread = new Thread(Run) { IsBackground = true, Name = "sums of ranks" };
        _thread.Start();
    }

    /// <summary>Whether a call of MPI has taken so long that it has moved or added numbers, of which there may be more.</summary>
    /// <param name="began">When it began, by <see cref="Stopwatch"/>.</param>
    public static bool Moved(long began) => Stopwatch.GetElapsedTime(began) > s_idleCall;

    /// <inheritdoc cref="Communicator.BeginAdd"/>
    public PendingSum Begin(torch.Tensor own, torch.Tensor sum)
    {
        Sum begun = new(this, own, sum);
        fixed (byte* sent = own.bytes, received = sum.bytes)
            lock (_mpi)
            {
                int handle;
                MpiLibrary.Check(MpiLibrary.BeginAdd(sent, received, checked((int)own.numel()), (int)own.ElementSize, &handle));
                begun.Handle = handle;
                _underWay.Enqueue(begun);
                _carryOn.Set();
            }
        return begun;
    }

    /// <summary>Carries on what is under way, unless another thread does.</summary>
    public void CarryOn()
    {
        if (!_mpi.TryEnter())
            return;
        try
        {
            Test();
        }
        finally
        {
            _mpi.Exit();
        }
    }

    /// <summary>Waits for all that are under way: MPI does not end before.</summary>
    /// <exception cref="RankFailedException">Another rank has failed.</exception>
    public void Complete() => Await(() => _underWay.Count == 0);

    public void Dispose()
    {
        lock (_mpi) // else the thread may have looked before, and resets after
        {
            _end = true;
            _carryOn.Set();
        }
        _thread.Join();
        _carryOn.Dispose();
    }

    private void Await(Func<bool> isDone)
    {
        lock (_mpi)
            _carryOn.Reset();
        _ranks.Await(() =>
        {
            Test();
            return isDone();
        });
    }

    private void Run()
    {
        for (_carryOn.Wait(); !_end; _carryOn.Wait())
        {
            using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Communication, Hidden);
            while (_carryOn.IsSet && !_end)
            {
                long began = Stopwatch.GetTimestamp();
                lock (_mpi)
                {
                    Test();
                    if (_underWay.Count == 0 && !_end)
                        _carryOn.Reset();
                }
                if (!Moved(began))
                    Thread.Sleep(s_pause);
            }
        }
    }

    /// <summary>Makes a call of MPI for those under way, and takes off those that are done; the lock is held.</summary>
    private void Test()
    {
        int done = 1;
        while (done != 0 && _underWay.TryPeek(out Sum? first))
        {
            int code = MpiLibrary.TestAdd(first.Handle, &done);
            if (code == 0 && done == 0)
                return;
            _underWay.Dequeue().End(code);
        }
    }

    /// <summary>
    /// One sum. It keeps the memory of its tensors until MPI is done with it: one that is given up, for a rank that has failed, may still
    /// be written into until the process ends.
    /// </summary>
    private sealed class Sum(MpiSums sums, torch.Tensor own, torch.Tensor sum) : PendingSum
    {
        private readonly torch.Tensor[] _kept = [own.alias().DetachFromDisposeScope(), sum.alias().DetachFromDisposeScope()];
        private int? _code;

        public int Handle { get; set; }

        /// <param name="code">MPI's.</param>
        public void End(int code)
        {
            _code = code;
            Array.ForEach(_kept, t => t.Dispose());
        }

        public override void Wait()
        {
            sums.Await(() => _code is not null);
            lock (sums._mpi)
                MpiLibrary.Check(_code!.Value);
            sums._ranks.CountExchange();
        }
    }
}
