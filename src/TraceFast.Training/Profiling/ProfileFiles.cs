using TraceFast.Data.Files;

namespace TraceFast.Training.Profiling;

/// <summary>The files of a profile.</summary>
public static class ProfileFiles
{
    /// <summary>For ui.perfetto.dev.</summary>
    public const string Trace = "trace.json";

    /// <summary>For speedscope.app.</summary>
    public const string Speedscope = "speedscope.json";

    /// <summary>The table.</summary>
    public const string Operations = "operations.txt";

    /// <summary>Writes all three as a folder that is there whole or not at all; one that is there is replaced.</summary>
    public static void WriteFolder(string folder, ProfiledSteps steps) =>
        new AtomicFolder().Write(folder, aside =>
        {
            using (FileStream trace = File.Create(Path.Combine(aside, Trace)))
                TraceFile.Write(trace, steps);
            using (FileStream speedscope = File.Create(Path.Combine(aside, Speedscope)))
                SpeedscopeFile.Write(speedscope, steps);
            using StreamWriter operations = new(Path.Combine(aside, Operations));
            steps.Table.Write(operations);
        });

    /// <summary>Writes the trace, and beside it <see cref="SpeedscopeBeside"/>; makes their folder where there is none.</summary>
    public static void WriteBeside(string traceFile, ProfiledSteps steps)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(traceFile))!);
        AtomicFile.Write(traceFile, stream => TraceFile.Write(stream, steps));
        AtomicFile.Write(SpeedscopeBeside(traceFile), stream => SpeedscopeFile.Write(stream, steps));
    }

    /// <summary>step.json: step.speedscope.json.</summary>
    public static string SpeedscopeBeside(string traceFile) => Path.ChangeExtension(traceFile, ".speedscope.json");
}
