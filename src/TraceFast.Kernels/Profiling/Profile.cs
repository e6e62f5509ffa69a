namespace TraceFast.Kernels.Profiling;

/// <summary>What a profiler has recorded: events of whole steps and of what lay between them, in the order of their beginning.</summary>
public sealed class Profile
{
    private readonly ProfilerEvent[] _events;
    private readonly long[] _self;

    internal Profile(
        ProfilerEvent[] events, IReadOnlyList<MemorySample> samples, IReadOnlyList<CollectionPause> collections, long dropped)
    {
        (_events, Samples, Collections, Dropped) = (events, samples, collections, dropped);
        _self = Array.ConvertAll(events, e => e.Duration);
        foreach (ProfilerEvent e in events)
        {
            // A part that was not timed on the device is no part of one that was.
            if (e.Parent >= 0 && e.DeviceEnd > 0 == events[e.Parent].DeviceEnd > 0)
                _self[e.Parent] -= e.Duration;
        }
        ProfilerEvent[] steps = Array.FindAll(events, e => e.Category == ProfilerCategory.Step);
        (Steps, StepNanoseconds) = (steps.Length, steps.Sum(s => s.Duration));
    }

    public IReadOnlyList<ProfilerEvent> Events => _events;

    /// <summary>In order of time.</summary>
    public IReadOnlyList<MemorySample> Samples { get; }

    /// <summary>In order of time, apart from each other.</summary>
    public IReadOnlyList<CollectionPause> Collections { get; }

    /// <summary>Events that were not kept; their time is their parents' own.</summary>
    public long Dropped { get; }

    /// <summary>Whole steps that were profiled.</summary>
    public int Steps { get; }

    /// <summary>Of all steps together: the sum of <see cref="SelfNanoseconds"/> over their events.</summary>
    public long StepNanoseconds { get; }

    /// <summary>Whether the operations were timed on a device.</summary>
    public bool OnDevice => Array.Exists(_events, e => e.DeviceEnd > 0);

    /// <summary>An event's duration without its parts.</summary>
    public long SelfNanoseconds(int index) => _self[index];
}
