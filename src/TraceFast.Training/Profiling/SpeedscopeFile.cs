using System.Text.Json;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Profiling;

/// <summary>
/// A profile for speedscope.app: an evented profile for each thread, and for the device.
/// Source: https://www.speedscope.app/file-format-schema.json.
/// </summary>
public static class SpeedscopeFile
{
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream output, ProfiledSteps steps)
    {
        Profile profile = steps.Profile;
        IReadOnlyList<ProfileTrack> tracks = ProfileTrack.Of(profile);
        Dictionary<string, int> frames = [];
        int[] frameOf = new int[profile.Events.Count];
        for (int i = 0; i < frameOf.Length; i++)
        {
            string title = ProfileTrack.Title(profile.Events[i]);
            if (!frames.TryGetValue(title, out frameOf[i]))
                frames[title] = frameOf[i] = frames.Count;
        }

        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("name", "steps");
        json.WriteString("exporter", $"tracefast {steps.Facts.Environment.GetValueOrDefault("version", "")}".TrimEnd());
        json.WriteNumber("activeProfileIndex", 0);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (string name in frames.Keys)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        foreach (ProfileTrack track in tracks)
            Write(json, profile, track, frameOf);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Profile profile, ProfileTrack track, int[] frameOf)
    {
        json.WriteStartObject();
        json.WriteString("type", "evented");
        json.WriteString("name", track.Name);
        json.WriteString("unit", "nanoseconds");
        json.WriteNumber("startValue", track.Times(profile.Events[track.Events[0]]).Start);
        json.WriteNumber("endValue", track.Events.Max(i => track.Times(profile.Events[i]).End));
        json.WriteStartArray("events");
        foreach ((int i, bool opens, long at) in track.Edges(profile))
        {
            json.WriteStartObject();
            json.WriteString("type", opens ? "O" : "C");
            json.WriteNumber("frame", frameOf[i]);
            json.WriteNumber("at", at);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
