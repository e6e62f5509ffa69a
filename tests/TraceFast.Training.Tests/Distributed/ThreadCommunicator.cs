using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>Ranks that are threads of this process and exchange through shared memory: what MPI does, without MPI.</summary>
internal sealed class ThreadCommunicator : Communicator
{
    /// <summary>How long a rank waits for the others.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Shared _shared;

    private ThreadCommunicator(Shared shared, int rank) => (_shared, Rank) = (shared, rank);

    public override int Rank { get; }

    public override int Size => _shared.Barrier.ParticipantCount;

    /// <summary>Numbers of each sum that this rank has begun.</summary>
    public List<long> Begun { get; } = [];

    /// <summary>What this rank has ended the job with.</summary>
    public string? Failure { get; private set; }

    /// <summary>
    /// Runs <paramref name="work"/> on each rank. What a rank throws ends the others where they wait for it, and is thrown here: the first
    /// if several do.
    /// </summary>
    public static T[] Run<T>(int size, Func<Communicator, T> work)
    {
        using Shared shared = new(size);
        T[] results = new T[size];
        Thread[] threads = new Thread[size];
        for (int i = 0; i < size; i++)
        {
            int rank = i;
            threads[i] = new Thread(() => shared.Guard(() => results[rank] = work(new ThreadCommunicator(shared, rank))));
        }
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        shared.Failure?.Throw();
        return results;
    }

    public override void Barrier()
    {
        try
        {
            if (!_shared.Barrier.SignalAndWait(s_patience, _shared.Stopped))
                throw new RankFailedException($"rank {Rank} waits for ranks that do not come");
        }
        catch (OperationCanceledException)
        {
            throw new RankFailedException("another rank has failed");
        }
    }

    public override void Add(Span<double> values)
    {
        byte[][] all = All(MemoryMarshal.AsBytes(values));
        values.Clear();
        foreach (byte[] bytes in all)
            for (int i = 0; i < values.Length; i++)
                values[i] += MemoryMarshal.Cast<byte, double>(bytes)[i];
    }

    public override PendingSum BeginAdd(torch.Tensor own, torch.Tensor sum)
    {
        LateSum late = _shared.Sums.GetOrAdd(Begun.Count, _ => new LateSum(Size, _shared.Stopped));
        Begun.Add(own.numel());
        late.Begin(own.alias().DetachFromDisposeScope(), sum.alias().DetachFromDisposeScope());
        return late;
    }

    public override IReadOnlyList<string> Gather(string text) =>
        [.. All(System.Text.Encoding.UTF8.GetBytes(text)).Select(System.Text.Encoding.UTF8.GetString)];

    public override void Exchange(
        ReadOnlySpan<byte> sent, ReadOnlySpan<int> sentBytes, Span<byte> received, ReadOnlySpan<int> receivedBytes)
    {
        byte[][] lengths = All(MemoryMarshal.AsBytes(sentBytes)), all = All(sent);
        int at = 0;
        for (int rank = 0; rank < Size; rank++)
        {
            ReadOnlySpan<int> parts = MemoryMarshal.Cast<byte, int>(lengths[rank]);
            int begin = 0;
            for (int to = 0; to < Rank; to++)
                begin += parts[to];
            Assert.Equal(receivedBytes[rank], parts[Rank]);
            all[rank].AsSpan(begin, parts[Rank]).CopyTo(received[at..]);
            at += parts[Rank];
        }
        Assert.Equal(received.Length, at);
    }

    public override void GatherAll(ReadOnlySpan<byte> own, Span<byte> all) => All(own).SelectMany(b => b).ToArray().CopyTo(all);

    public override void Fail(string message, int code) => Failure = message;

    private byte[][] All(ReadOnlySpan<byte> own)
    {
        _shared.Values[Rank] = own.ToArray();
        Barrier();
        byte[][] all = [.. _shared.Values];
        Barrier();
        return all;
    }

    /// <summary>
    /// A sum that is taken when the last rank begins it, from memory that the others were to leave alone meanwhile; a rank that does not
    /// begin it fails those that wait.
    /// </summary>
    private sealed class LateSum(int ranks, CancellationToken stopped) : PendingSum
    {
        private readonly List<(torch.Tensor Own, torch.Tensor Sum)> _parts = [];
        private readonly TaskCompletionSource _done = new();

        public void Begin(torch.Tensor own, torch.Tensor sum)
        {
            lock (_parts)
            {
                Assert.Equal(own.numel(), sum.numel());
                Assert.All(_parts, p => Assert.Equal(p.Own.numel(), own.numel()));
                sum.fill_(double.NaN); // nobody reads it before
                _parts.Add((own, sum));
                if (_parts.Count < ranks)
                    return;
                using DisposeScope scope = torch.NewDisposeScope();
                torch.Tensor whole = _parts.Select(p => p.Own).Aggregate((a, b) => a + b);
                foreach ((torch.Tensor part, torch.Tensor target) in _parts)
                {
                    target.copy_(whole);
                    part.fill_(double.NaN); // and nobody reads this again
                    part.Dispose();
                    target.Dispose();
                }
                _done.SetResult();
            }
        }

        public override void Wait()
        {
            try
            {
                Assert.True(
                    _done.Task.Wait((int)s_patience.TotalMilliseconds, stopped), "a rank has not begun a sum for which others wait");
            }
            catch (OperationCanceledException)
            {
                throw new RankFailedException("another rank has failed");
            }
        }
    }

    private sealed class Shared(int size) : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private ExceptionDispatchInfo? _failure;

        /// <summary>What a rank has thrown, the first of them.</summary>
        public ExceptionDispatchInfo? Failure => _failure;

        /// <summary>Ends all waiting when a rank has failed.</summary>
        public CancellationToken Stopped => _stop.Token;

        public Barrier Barrier { get; } = new(size);

        public byte[][] Values { get; } = new byte[size][];

        /// <summary>By number: every rank begins the same ones in the same order.</summary>
        public ConcurrentDictionary<int, LateSum> Sums { get; } = [];

        /// <summary>An exception that left a thread of its own would end the whole test program.</summary>
        public void Guard(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                _stop.Cancel();
            }
        }

        public void Dispose()
        {
            Barrier.Dispose();
            _stop.Dispose();
        }
    }
}
