using System.Numerics;
using System.Runtime.InteropServices;
using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>Ranks that are threads of this process and exchange through shared memory: what MPI does, without MPI.</summary>
internal sealed class ThreadCommunicator : Communicator
{
    private readonly Shared _shared;

    private ThreadCommunicator(Shared shared, int rank) => (_shared, Rank) = (shared, rank);

    public override int Rank { get; }

    public override int Size => _shared.Barrier.ParticipantCount;

    /// <summary>Runs <paramref name="work"/> on each rank.</summary>
    public static T[] Run<T>(int size, Func<Communicator, T> work)
    {
        using Shared shared = new(size);
        T[] results = new T[size];
        Thread[] threads = new Thread[size];
        for (int i = 0; i < size; i++)
        {
            int rank = i;
            threads[i] = new Thread(() => results[rank] = work(new ThreadCommunicator(shared, rank)));
        }
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        return results;
    }

    public override void Barrier() => _shared.Barrier.SignalAndWait();

    public override void Add(Span<double> values) => AddNumbers(values);

    public override void Add(Span<float> values) => AddNumbers(values);

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

    private void AddNumbers<T>(Span<T> values)
        where T : unmanaged, INumber<T>
    {
        byte[][] all = All(MemoryMarshal.AsBytes(values));
        values.Clear();
        foreach (byte[] bytes in all)
            for (int i = 0; i < values.Length; i++)
                values[i] += MemoryMarshal.Cast<byte, T>(bytes)[i];
    }

    private byte[][] All(ReadOnlySpan<byte> own)
    {
        _shared.Values[Rank] = own.ToArray();
        Barrier();
        byte[][] all = [.. _shared.Values];
        Barrier();
        return all;
    }

    private sealed class Shared(int size) : IDisposable
    {
        public Barrier Barrier { get; } = new(size);

        public byte[][] Values { get; } = new byte[size][];

        public void Dispose() => Barrier.Dispose();
    }
}
