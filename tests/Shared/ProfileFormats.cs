using System.Text.Json;

namespace TraceFast.Tests;

/// <summary>What the Trace Event Format and speedscope's schema ask of a file.</summary>
internal static class ProfileFormats
{
    /// <summary>
    /// Every event has the fields of its phase, times ascend, and the slices of a thread lie inside each other or apart.
    /// </summary>
    /// <returns>The events.</returns>
    public static JsonElement[] CheckTrace(string json)
    {
        JsonElement root = JsonDocument.Parse(json).RootElement;
        Assert.Contains(root.GetProperty("displayTimeUnit").GetString(), (string[])["ms", "ns"]);
        Assert.Equal(JsonValueKind.Object, root.GetProperty("otherData").ValueKind);
        JsonElement[] events = [.. root.GetProperty("traceEvents").EnumerateArray()];
        HashSet<int> named = [];
        Dictionary<int, Stack<decimal>> open = [];
        decimal before = 0;
        foreach (JsonElement e in events)
        {
            Assert.False(string.IsNullOrEmpty(e.GetProperty("name").GetString()));
            Assert.True(e.GetProperty("pid").TryGetInt32(out _));
            int thread = e.GetProperty("tid").GetInt32();
            JsonElement[] arguments = [.. e.GetProperty("args").EnumerateObject().Select(p => p.Value)];
            string phase = e.GetProperty("ph").GetString()!;
            if (phase == "M")
            {
                Assert.Contains(e.GetProperty("name").GetString(), (string[])["process_name", "thread_name"]);
                Assert.Equal(JsonValueKind.String, e.GetProperty("args").GetProperty("name").ValueKind);
                named.Add(thread);
                continue;
            }
            decimal at = e.GetProperty("ts").GetDecimal();
            Assert.True(at >= before, $"{at} comes after {before}");
            before = at;
            if (phase == "C")
            {
                Assert.NotEmpty(arguments);
                Assert.All(arguments, a => Assert.Equal(JsonValueKind.Number, a.ValueKind));
                continue;
            }
            Assert.Equal("X", phase);
            Assert.False(string.IsNullOrEmpty(e.GetProperty("cat").GetString()));
            Assert.Contains(thread, named);
            decimal duration = e.GetProperty("dur").GetDecimal();
            Assert.True(duration >= 0, $"{e} has a negative duration");
            if (!open.TryGetValue(thread, out Stack<decimal>? ends))
                open[thread] = ends = [];
            while (ends.TryPeek(out decimal end) && end <= at)
                ends.Pop();
            Assert.True(!ends.TryPeek(out decimal outer) || at + duration <= outer, $"{e} ends after the slice around it, {outer}");
            ends.Push(at + duration);
        }
        return events;
    }

    /// <summary>Every profile opens and closes its frames in the order of a stack, at times that ascend.</summary>
    /// <returns>The names of the frames.</returns>
    public static string[] CheckSpeedscope(string json)
    {
        JsonElement root = JsonDocument.Parse(json).RootElement;
        Assert.Equal("https://www.speedscope.app/file-format-schema.json", root.GetProperty("$schema").GetString());
        string[] frames = [
            .. root.GetProperty("shared").GetProperty("frames").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
        Assert.NotEmpty(root.GetProperty("profiles").EnumerateArray());
        foreach (JsonElement profile in root.GetProperty("profiles").EnumerateArray())
        {
            Assert.Equal("evented", profile.GetProperty("type").GetString());
            Assert.False(string.IsNullOrEmpty(profile.GetProperty("name").GetString()));
            Assert.Equal("nanoseconds", profile.GetProperty("unit").GetString());
            long before = profile.GetProperty("startValue").GetInt64(), last = profile.GetProperty("endValue").GetInt64();
            Stack<int> open = [];
            Assert.NotEmpty(profile.GetProperty("events").EnumerateArray());
            foreach (JsonElement e in profile.GetProperty("events").EnumerateArray())
            {
                long at = e.GetProperty("at").GetInt64();
                Assert.InRange(at, before, last);
                before = at;
                int frame = e.GetProperty("frame").GetInt32();
                Assert.InRange(frame, 0, frames.Length - 1);
                if (e.GetProperty("type").GetString() == "O")
                    open.Push(frame);
                else
                    Assert.Equal(open.Pop(), frame);
            }
            Assert.Empty(open);
        }
        return frames;
    }
}
