using TraceFast.Training.Distributed;

namespace TraceFast.Benchmarks.Scale;

/// <summary>
/// Sends messages of 8 B to 64 MiB from rank 0 to the last rank and back: on several machines, under MPI's usual placement, these are two of
/// them. Messages are sent and awaited as the exchange of gradients does it, by nonblocking operations that are polled.
/// </summary>
public static class PingPong
{
    private const int Shortest = 8, Longest = 64 << 20;

    /// <summary>Round trips of a length: as many as move 128 MiB, within these.</summary>
    private const int FewestTrips = 5, MostTrips = 500;
    private const long BytesOfLength = 128L << 20;

    /// <summary>All ranks call it.</summary>
    /// <returns>On rank 0 the times, shortest message first; elsewhere nothing.</returns>
    public static IReadOnlyList<MessageTime> Measure(Communicator ranks, CancellationToken cancellation)
    {
        int last = ranks.Size - 1;
        List<MessageTime> times = [];
        for (int bytes = Shortest; bytes <= Longest; bytes *= 2)
        {
            cancellation.ThrowIfCancellationRequested();
            ranks.Barrier();
            if (ranks.Rank != 0 && ranks.Rank != last)
                continue;
            double[] seconds = new double[Math.Clamp(BytesOfLength / bytes, FewestTrips, MostTrips)];
            ranks.TimeRoundTrips(last - ranks.Rank, bytes, seconds.AsSpan(..2)); // warms up
            ranks.TimeRoundTrips(last - ranks.Rank, bytes, seconds);
            Array.Sort(seconds);
            if (ranks.Rank == 0)
                times.Add(new MessageTime(bytes, seconds[seconds.Length / 2] / 2, seconds[0] / 2));
        }
        ranks.Barrier();
        return times;
    }
}
