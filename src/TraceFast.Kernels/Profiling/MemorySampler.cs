using System.Buffers.Text;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Kernels.Profiling;

/// <summary>
/// Looks at memory and garbage collections, memory at most once a millisecond. Collections are counted and not listened to: an event
/// listener has the runtime write, and a thread of its own parse, every event of its provider.
/// </summary>
internal sealed class MemorySampler : IDisposable
{
    private const string Statm = "/proc/self/statm";

    private static readonly long s_interval = Stopwatch.Frequency / 1000;

    private readonly SafeFileHandle? _statm = File.Exists(Statm) ? File.OpenHandle(Statm) : null;
    private int _collections = GC.CollectionCount(0);
    private TimeSpan _paused = GC.GetTotalPauseDuration();
    private long _next = long.MinValue;

    public List<(long Ticks, MemorySample Sample)> Samples { get; } = new(4096);

    public List<(long Ticks, CollectionPause Pause)> Pauses { get; } = [];

    /// <param name="ticks">The Stopwatch's time.</param>
    public void Look(long ticks)
    {
        if (GC.CollectionCount(0) is int count && count != _collections)
        {
            TimeSpan paused = GC.GetTotalPauseDuration();
            GCMemoryInfo last = GC.GetGCMemoryInfo(GCKind.Any);
            long duration = (long)((paused - _paused).TotalMicroseconds * 1000);
            Pauses.Add((ticks, new CollectionPause(0, duration, count - _collections, last.Generation, last.HeapSizeBytes)));
            (_collections, _paused) = (count, paused);
        }
        if (ticks < _next)
            return;
        _next = ticks + s_interval;
        Samples.Add((ticks, new MemorySample(0, ResidentBytes(), GC.GetTotalMemory(forceFullCollection: false), torch.Tensor.TotalCount)));
    }

    public void Dispose() => _statm?.Dispose();

    // statm: total, resident, ... in pages.
    private long ResidentBytes()
    {
        if (_statm is null)
            return 0;
        Span<byte> text = stackalloc byte[128];
        text = text[..RandomAccess.Read(_statm, text, 0)];
        text = text[(text.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(text, out long pages, out _) ? pages * Environment.SystemPageSize : 0;
    }
}
