using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Profiling;

/// <summary>Events that nest in each other without overlap: those of one thread, or those of the device.</summary>
/// <param name="Id">The thread's number; <see cref="DeviceId"/> for the device.</param>
/// <param name="Events">Places in the profile, in the order of their beginning.</param>
internal sealed record ProfileTrack(int Id, string Name, IReadOnlyList<int> Events)
{
    /// <summary>Above every thread's number.</summary>
    public const int DeviceId = 1_000_000;

    /// <summary>Where garbage collections stand.</summary>
    public const int CollectorId = 1_000_001;

    private bool IsDevice => Id == DeviceId;

    public static IReadOnlyList<ProfileTrack> Of(Profile profile)
    {
        int[] all = [.. Enumerable.Range(0, profile.Events.Count)];
        List<ProfileTrack> tracks = [.. all.GroupBy(i => profile.Events[i].Thread)
            .Select(g => new ProfileTrack(g.Key, FormattableString.Invariant($"thread {g.Key}"), [.. g]))];
        if (profile.OnDevice)
            tracks.Add(new ProfileTrack(DeviceId, "device stream", [.. all.Where(i => profile.Events[i].DeviceEnd > 0)]));
        return tracks;
    }

    /// <summary>What people see: a layer with its number.</summary>
    public static string Title(ProfilerEvent e) =>
        e.Category == ProfilerCategory.Structure && e.Layer != Profiler.None ? FormattableString.Invariant($"{e.Name} {e.Layer}")
        : e.Category == ProfilerCategory.Step ? FormattableString.Invariant($"{e.Name} {e.Step}")
        : e.Name;

    /// <summary>Nanoseconds from the start of the profile.</summary>
    public (long Start, long End) Times(ProfilerEvent e) => IsDevice ? (e.DeviceStart, e.DeviceEnd) : (e.Start, e.End);

    /// <summary>Every event's beginning and end, in order: each ends before the one around it.</summary>
    public IEnumerable<(int Event, bool Opens, long At)> Edges(Profile profile)
    {
        Stack<int> open = [];
        foreach (int i in Events)
        {
            while (open.TryPeek(out int top) && top != profile.Events[i].Parent)
                yield return Close(open.Pop());
            open.Push(i);
            yield return (i, true, Times(profile.Events[i]).Start);
        }
        while (open.TryPop(out int last))
            yield return Close(last);

        (int Event, bool Opens, long At) Close(int i) => (i, false, Times(profile.Events[i]).End);
    }
}
