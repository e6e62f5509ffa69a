using System.Text.Json;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Profiling;

/// <summary>
/// A profile as trace events, which ui.perfetto.dev and chrome://tracing open: a slice for each event, on its thread's track and the
/// device's, tracks of memory, a track of garbage collections. Times are microseconds with three decimals.
/// Source: the Trace Event Format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
/// </summary>
public static class TraceFile
{
    private const int Process = 1;

    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream output, ProfiledSteps steps)
    {
        (Profile profile, ProfileFacts facts) = steps;
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        foreach ((string name, string value) in facts.Environment)
            json.WriteString(name, value);
        json.WriteString("roofline", $"{facts.Roofline}, {facts.Roofline.Dtype}");
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        IReadOnlyList<ProfileTrack> tracks = ProfileTrack.Of(profile);
        Name(json, "process_name", 0, "tracefast");
        foreach (ProfileTrack track in tracks)
            Name(json, "thread_name", track.Id, track.Name);
        Name(json, "thread_name", ProfileTrack.CollectorId, "garbage collector");
        foreach ((_, Action write) in Events(json, profile, facts.Roofline, tracks).OrderBy(e => e.At))
            write();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<(long At, Action Write)> Events(
        Utf8JsonWriter json, Profile profile, Roofline roofline, IReadOnlyList<ProfileTrack> tracks)
    {
        foreach (ProfileTrack track in tracks)
        {
            foreach (int i in track.Events)
            {
                ProfilerEvent e = profile.Events[i];
                (long start, long end) = track.Times(e);
                yield return (start, () =>
                    Slice(json, track.Id, ProfileTrack.Title(e), e.Category, start, end, () => Arguments(json, e, roofline)));
            }
        }
        foreach (CollectionPause pause in profile.Collections)
            yield return (pause.Start, () => Slice(
                json, ProfileTrack.CollectorId, "garbage collection", "gc", pause.Start, pause.Start + pause.Duration, () =>
                {
                    json.WriteNumber("collections", pause.Count);
                    json.WriteNumber("generation", pause.Generation);
                    json.WriteNumber("heap_bytes", pause.HeapBytes);
                }));
        foreach (MemorySample sample in profile.Samples)
            yield return (sample.At, () =>
            {
                Counter(json, sample.At, "resident memory", "MiB", sample.ResidentBytes / 1048576.0);
                Counter(json, sample.At, "managed heap", "MiB", sample.ManagedBytes / 1048576.0);
                Counter(json, sample.At, "tensors", "handles", sample.Tensors);
            });
    }

    private static void Arguments(Utf8JsonWriter json, ProfilerEvent e, Roofline roofline)
    {
        if (e.Layer != Profiler.None)
            json.WriteNumber("layer", e.Layer);
        if (e.Sizes.Text is not null)
            json.WriteString("shapes", e.Sizes.ToString());
        if (e.Provider is not null)
            json.WriteString("provider", e.Provider);
        if (e.Cost != default)
        {
            json.WriteNumber("flops", e.Cost.Flops);
            json.WriteNumber("bytes", e.Cost.Bytes);
            json.WriteNumber("share_of_roofline", Math.Round(roofline.Seconds(e.Cost) / Math.Max(1e-9, e.Duration / 1e9), 4));
        }
        json.WriteNumber("allocated_bytes", e.AllocatedBytes);
        json.WriteNumber("tensors", e.Tensors);
    }

    private static void Slice(Utf8JsonWriter json, int thread, string name, string category, long start, long end, Action arguments)
    {
        Begin(json, "X", name, thread);
        json.WriteString("cat", category);
        json.WriteNumber("ts", Microseconds(start));
        json.WriteNumber("dur", Microseconds(end - start));
        json.WriteStartObject("args");
        arguments();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Counter(Utf8JsonWriter json, long at, string name, string unit, double value)
    {
        Begin(json, "C", name, 0);
        json.WriteNumber("ts", Microseconds(at));
        json.WriteStartObject("args");
        json.WriteNumber(unit, Math.Round(value, 3));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, string what, int thread, string name)
    {
        Begin(json, "M", what, thread);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string phase, string name, int thread)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", thread);
    }

    // Whole nanoseconds as a decimal: what nests stays nested.
    private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;
}
