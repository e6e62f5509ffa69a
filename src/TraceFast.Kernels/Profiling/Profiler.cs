using System.Diagnostics;

namespace TraceFast.Kernels.Profiling;

/// <summary>
/// Records what the process does while it is on: every call of an operation, forward and backward, and the stretches that callers open.
/// <code>
///   Profiler profiler = Profiler.Start();
///   profiler.BeginStep(0);
///   using (Profiler.Open(ProfilerCategory.Loss, "objective")) ...      // anywhere, on any thread
///   profiler.EndStep();
///   Profile profile = profiler.Stop();
/// </code>
/// There is one at a time. While there is none, a call of an operation costs the reading of one static field. Events nest: an event's
/// parent is the innermost one open on its thread; a node on a thread of the autograd engine belongs to the call that waits for it.
/// </summary>
public sealed class Profiler : IDisposable
{
    /// <summary>No layer, parent or step.</summary>
    public const int None = -1;

    private const int FirstCapacity = 1 << 13;

    private static Profiler? s_current;

    [ThreadStatic] private static Profiler? s_threadOf;
    [ThreadStatic] private static int s_innermost;

    private readonly Lock _gate = new();
    private readonly ProfilerOptions _options;
    private readonly MemorySampler _memory = new();
    private readonly long _origin = Stopwatch.GetTimestamp();
    private ProfilerEvent[] _events = new ProfilerEvent[FirstCapacity];
    private int _count;
    private int _whole;
    private long _dropped;
    private int _autograd = None;
    private ProfilerScope _step;
    private int _stepIndex = None;
    private int _stepNumber = None;
    private nint _anchor;
    private long _anchorTicks;
    private bool _stopped;

    private Profiler(ProfilerOptions options) => _options = options;

    /// <summary>Whether a profiler is on.</summary>
    public static bool IsOn => Volatile.Read(ref s_current) is not null;

    /// <exception cref="InvalidOperationException">One is on already.</exception>
    public static Profiler Start(ProfilerOptions? options = null)
    {
        Profiler profiler = new(options ?? new ProfilerOptions());
        if (Interlocked.CompareExchange(ref s_current, profiler, null) is null)
            return profiler;
        profiler._memory.Dispose();
        throw new InvalidOperationException("a profiler is on already; stop it first");
    }

    /// <summary>Begins an event on this thread.</summary>
    /// <param name="category">See <see cref="ProfilerCategory"/>.</param>
    /// <param name="name">A constant: it is kept, not copied.</param>
    /// <param name="layer">0-based layer; <see cref="None"/>: that of the event around it.</param>
    public static ProfilerScope Open(string category, string name, int layer = None) =>
        Volatile.Read(ref s_current)?.Begin(category, name, null, layer, null) ?? default;

    /// <summary>Begins the first optimizer step, or the next one.</summary>
    /// <param name="number">0-based, from 0.</param>
    /// <exception cref="InvalidOperationException">A step is open, or this profiler was stopped.</exception>
    public void BeginStep(int number)
    {
        if (_stopped || _stepIndex != None)
            throw new InvalidOperationException(_stopped ? "the profiler was stopped" : "a step is open");
        if (_options.Clock is IDeviceClock clock)
        {
            // Times on the device are told from here, so that they are exact to a microsecond in a run of hours.
            _anchor = clock.Mark();
            clock.Wait(_anchor);
            _anchorTicks = Stopwatch.GetTimestamp();
        }
        _stepNumber = number;
        _stepIndex = _count;
        _step = Begin(ProfilerCategory.Step, "step", null, None, null);
    }

    /// <summary>Ends the step. On a device it waits for it and reads its times.</summary>
    public void EndStep()
    {
        if (_stepIndex == None)
            throw new InvalidOperationException("no step is open");
        if (_options.Clock is IDeviceClock clock && _step.IsOpen)
        {
            // The step ends when the device has ended it.
            nint last = clock.Mark();
            clock.Wait(last);
            clock.Release(last);
            _step.Dispose();
            clock.Wait(_events[_stepIndex].EndMark);
            ReadDevice(clock);
        }
        else
        {
            _step.Dispose();
        }
        (_stepIndex, _stepNumber) = (None, None);
        _whole = _count;
    }

    /// <summary>Ends the profile. A step that was begun and not ended is left out.</summary>
    public Profile Stop()
    {
        Off();
        long now = Stopwatch.GetTimestamp();
        ProfilerEvent[] events = _events[..(_stepIndex == None ? _count : _stepIndex)];
        foreach (ref ProfilerEvent e in events.AsSpan())
        {
            if (e.End == 0) // open still
                (e.End, e.AllocatedBytes, e.Tensors) = (now, 0, 0);
            (e.Start, e.End) = (Nanoseconds(e.Start), Nanoseconds(e.End));
        }
        MemorySample[] samples = [.. _memory.Samples.Select(s => s.Sample with { At = Nanoseconds(s.Ticks) })];
        List<CollectionPause> pauses = [];
        long free = 0;
        foreach ((long ticks, CollectionPause pause) in _memory.Pauses)
        {
            long end = Nanoseconds(ticks), start = Math.Max(free, end - pause.Duration);
            pauses.Add(pause with { Start = start, Duration = Math.Max(0, end - start) });
            free = Math.Max(start, end);
        }
        return new Profile(events, samples, pauses, _dropped);
    }

    /// <summary>Switches it off; what it has recorded is lost unless it was stopped.</summary>
    public void Dispose() => Off();

    internal static ProfilerScope Open(Kernel kernel) =>
        Volatile.Read(ref s_current)?.Begin(
            ProfilerCategory.Operation, kernel.Operation, kernel.Provider.Name, None, kernel.BackwardName) ?? default;

    /// <summary>A stretch in which the autograd engine runs nodes, on this thread or on its own.</summary>
    internal static ProfilerScope OpenAutograd() => Volatile.Read(ref s_current)?.BeginAutograd() ?? default;

    internal static ProfilerScope Open(BackwardCall? call) =>
        call is null ? default : Volatile.Read(ref s_current)?.BeginBackward(call) ?? default;

    /// <summary>What the backward of the innermost event of this thread is to be called; null: nothing is profiled.</summary>
    internal static BackwardCall? Capture() => Volatile.Read(ref s_current)?.CaptureInnermost();

    internal void Describe(int index, Cost cost, OperandSizes sizes, Cost backward)
    {
        lock (_gate)
        {
            ref ProfilerEvent e = ref _events[index];
            (e.Cost, e.Sizes, e.BackwardCost) = (cost, sizes, backward);
        }
    }

    internal void End(int index, int outer)
    {
        long now = Stopwatch.GetTimestamp();
        if (s_threadOf == this)
            s_innermost = outer;
        _options.Ranges?.Pop();
        lock (_gate)
        {
            ref ProfilerEvent e = ref _events[index];
            if (e.StartMark != 0 && !_stopped)
                e.EndMark = _options.Clock!.Mark();
            e.End = now;
            e.AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - e.AllocatedBytes;
            e.Tensors = torch.Tensor.TotalCount - e.Tensors;
            if (index == _autograd)
                _autograd = None;
            if (!_stopped)
                _memory.Look(now);
        }
    }

    private ProfilerScope BeginAutograd()
    {
        ProfilerScope scope = Begin(ProfilerCategory.Autograd, "autograd", null, None, null);
        if (scope.IsOpen)
            _autograd = s_innermost;
        return scope;
    }

    private ProfilerScope BeginBackward(BackwardCall call)
    {
        ProfilerScope scope = Begin(ProfilerCategory.Operation, call.Name, call.Provider, call.Layer, null, _autograd);
        scope.Describe(call.Cost, call.Sizes);
        return scope;
    }

    private BackwardCall? CaptureInnermost()
    {
        lock (_gate)
        {
            if (s_threadOf != this || s_innermost == None)
                return null;
            ref ProfilerEvent e = ref _events[s_innermost];
            return e.BackwardName is string name ? new BackwardCall(name, e.Provider, e.Layer, e.BackwardCost, e.Sizes) : null;
        }
    }

    /// <param name="adopter">The parent on a thread where nothing is open.</param>
    private ProfilerScope Begin(string category, string name, string? provider, int layer, string? backwardName, int adopter = None)
    {
        if (s_threadOf != this)
            (s_threadOf, s_innermost) = (this, None);
        int outer = s_innermost;
        int parent = outer == None ? adopter : outer;
        lock (_gate)
        {
            if (_count >= _options.MostEvents || _stopped)
            {
                _dropped++;
                return default;
            }
            if (_count == _events.Length)
                Array.Resize(ref _events, 2 * _count);
            int index = _count++;
            ref ProfilerEvent e = ref _events[index];
            e.Category = category;
            e.Name = name;
            e.Provider = provider;
            e.BackwardName = backwardName;
            e.Parent = parent;
            e.Layer = layer != None || parent == None ? layer : _events[parent].Layer;
            e.Step = category == ProfilerCategory.Step ? _stepNumber : parent == None ? None : _events[parent].Step;
            e.Thread = Environment.CurrentManagedThreadId;
            e.Tensors = torch.Tensor.TotalCount;
            _options.Ranges?.Push(name, e.Layer);
            if (e.Step != None && _options.Clock is IDeviceClock clock)
                e.StartMark = clock.Mark();
            s_innermost = index;
            e.AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
            e.Start = Stopwatch.GetTimestamp();
            return new ProfilerScope(this, index, outer);
        }
    }

    /// <summary>Times of the step's events on the device, in the host's time, kept inside their parents' against rounding.</summary>
    private void ReadDevice(IDeviceClock clock)
    {
        long anchor = Nanoseconds(_anchorTicks);
        foreach (ref ProfilerEvent e in _events.AsSpan(_stepIndex, _count - _stepIndex))
        {
            if (e.StartMark == 0 || e.EndMark == 0)
                continue;
            (long first, long last) = e.Parent == None || _events[e.Parent].DeviceEnd == 0
                ? (anchor, long.MaxValue) : (_events[e.Parent].DeviceStart, _events[e.Parent].DeviceEnd);
            e.DeviceStart = Math.Clamp(anchor + Nanoseconds(clock.Seconds(_anchor, e.StartMark)), first, last);
            e.DeviceEnd = Math.Clamp(anchor + Nanoseconds(clock.Seconds(_anchor, e.EndMark)), e.DeviceStart, last);
        }
        ReleaseMarks(clock);
    }

    private void ReleaseMarks(IDeviceClock clock)
    {
        foreach (ref ProfilerEvent e in _events.AsSpan(_whole, _count - _whole))
        {
            foreach (nint mark in (ReadOnlySpan<nint>)[e.StartMark, e.EndMark])
            {
                if (mark != 0)
                    clock.Release(mark);
            }
            (e.StartMark, e.EndMark) = (0, 0);
        }
        if (_anchor != 0)
            clock.Release(_anchor);
        _anchor = 0;
    }

    private void Off()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _stopped = true;
        }
        Interlocked.CompareExchange(ref s_current, null, this);
        if (_options.Clock is IDeviceClock clock)
        {
            ReleaseMarks(clock);
            clock.Dispose();
        }
        _memory.Dispose();
    }

    private long Nanoseconds(long ticks) => (long)((ticks - _origin) * (1e9 / Stopwatch.Frequency));

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
