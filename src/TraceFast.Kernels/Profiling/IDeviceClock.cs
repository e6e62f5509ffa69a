namespace TraceFast.Kernels.Profiling;

/// <summary>Times work that a device does behind the host's back, by marks in the order of its stream.</summary>
public interface IDeviceClock : IDisposable
{
    /// <summary>A mark after all work that was handed to the stream so far; the host does not wait.</summary>
    nint Mark();

    /// <summary>Waits until the device has come to a mark.</summary>
    void Wait(nint mark);

    /// <summary>From one mark that was reached to another.</summary>
    double Seconds(nint from, nint to);

    /// <summary>The mark will not be asked for again.</summary>
    void Release(nint mark);
}

/// <summary>Names stretches of a thread's time in another tool's recording. They are nested.</summary>
public interface INamedRanges
{
    void Push(string name, int layer);

    void Pop();
}

/// <summary>How a profiler measures.</summary>
/// <param name="Clock">Times a device; null: the host's time is the operations' own. The profiler disposes of it.</param>
/// <param name="Ranges">Is told of every event; null: nobody is.</param>
/// <param name="MostEvents">Further events are counted, not kept.</param>
public sealed record ProfilerOptions(IDeviceClock? Clock = null, INamedRanges? Ranges = null, int MostEvents = 1 << 19);
