using System.Diagnostics;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;

namespace TraceFast.EndToEnd.Commands;

/// <summary>
/// ONNX Runtime's telemetry is off: nothing is written to the user's folders and no name is looked up. Each test watches two processes that
/// have opened a model, one of which (<see cref="StartupHook"/>) left telemetry on; when that one has been seen to do it, the other must
/// not have.
/// </summary>
public sealed class TelemetryTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    private const string Strace = "/usr/bin/strace";

    [Fact]
    public void Nothing_is_written_to_the_users_folders()
    {
        using TemporaryFolder off = new(), on = new();
        using DecodingProcess plain = new(Worker(off, telemetry: false, trace: null));
        using DecodingProcess talking = new(Worker(on, telemetry: true, trace: null));
        using (plain.Open(model.Folder, new SessionSettings()))
        using (talking.Open(model.Folder, new SessionSettings()))
            WaitUntil(() => Files(on).Any(f => f.EndsWith("deviceid", StringComparison.Ordinal)));
        plain.Dispose(); // what is written at the end counts too
        Assert.Empty(Files(off));
    }

    [Fact]
    public void No_name_is_looked_up()
    {
        Assert.SkipUnless(File.Exists(Strace), $"absent: {Strace}, which shows a process's network calls (apt-get install strace)");
        using TemporaryFolder off = new(), on = new();
        using DecodingProcess plain = new(Worker(off, telemetry: false, trace: off["trace"]));
        using DecodingProcess talking = new(Worker(on, telemetry: true, trace: on["trace"]));
        using (plain.Open(model.Folder, new SessionSettings()))
        using (talking.Open(model.Folder, new SessionSettings()))
            WaitUntil(() => NetworkCalls(on["trace"]).Any());
        plain.Dispose();
        Assert.NotEmpty(File.ReadLines(off["trace"]));
        Assert.Empty(NetworkCalls(off["trace"]));
    }

    /// <summary>The program as a user without any setting starts it; a CI machine's variables, which turn it off, are left out.</summary>
    private static ProcessStartInfo Worker(TemporaryFolder folder, bool telemetry, string? trace)
    {
        string home = Directory.CreateDirectory(folder["home"]).FullName;
        string[] program = ["dotnet", Path.Combine(AppContext.BaseDirectory, "tracefast.dll"), "decode-worker"];
        ProcessStartInfo start = trace is null
            ? new("/usr/bin/env", program)
            : new(Strace, ["-f", "-e", "trace=%network,execve", "-o", trace, .. program]);
        string[] names = ["PATH", "DOTNET_ROOT", "LD_LIBRARY_PATH"];
        Dictionary<string, string?> kept = names.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        foreach ((string name, string? value) in kept)
            if (value is not null)
                start.Environment[name] = value;
        start.Environment["HOME"] = home;
        foreach (string kind in new[] { "CACHE", "CONFIG", "DATA", "STATE" })
            start.Environment[$"XDG_{kind}_HOME"] = Path.Combine(home, kind);
        if (telemetry)
            start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(TelemetryTests).Assembly.Location;
        return start;
    }

    private static IEnumerable<string> Files(TemporaryFolder folder) =>
        Directory.EnumerateFiles(folder["home"], "*", SearchOption.AllDirectories);

    private static IEnumerable<string> NetworkCalls(string trace) =>
        File.ReadLines(trace).Where(line => line.Contains("AF_INET", StringComparison.Ordinal));

    private static void WaitUntil(Func<bool> holds)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!holds())
        {
            bool patient = Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMinutes(3);
            Assert.True(patient, "telemetry that was left on did nothing: this test cannot tell whether it is off");
            Thread.Sleep(20);
        }
    }
}
