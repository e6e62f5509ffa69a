using System.Diagnostics;
using TraceFast.EndToEnd.Commands;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Distributed;

/// <summary>The program as an MPI job of this machine.</summary>
internal sealed class MpiJob : IDisposable
{
    private const string Launcher = "/usr/bin/mpirun";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Task<string> _output, _log;

    /// <param name="disk">What the ranks are to see; null: nothing besides the machine's own.</param>
    /// <param name="parts">Ranks and arguments, which may begin with "-wdir" and a folder; several parts: ranks with different ones.</param>
    private MpiJob(SmallDisk? disk, params ReadOnlySpan<(int Ranks, string[] Arguments)> parts)
    {
        Assert.SkipUnless(
            File.Exists(Launcher), $"there is no {Launcher}: apt-get install openmpi-bin libopenmpi-dev, then ./tracefast build");
        string[] command = [.. disk?.Entering ?? [], Launcher];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
            WorkingDirectory = Oracles.RepositoryRoot,
        };
        // Open MPI refuses root, and more ranks than processors, unless told otherwise.
        foreach (string name in new[] { "OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe" })
            start.Environment[name] = "1";
        for (int i = 0; i < parts.Length; i++)
        {
            (int ranks, string[] arguments) = parts[i];
            int own = arguments[0] == "-wdir" ? 2 : 0;
            foreach (string argument in (string[])[
                .. i > 0 ? [":"] : Array.Empty<string>(), "-np", $"{ranks}", .. arguments[..own], "dotnet",
                Path.Combine(AppContext.BaseDirectory, "tracefast.dll"), .. arguments[own..]])
                start.ArgumentList.Add(argument);
        }
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        (_output, _log) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    public static MpiJob Start(int ranks, params string[] arguments) => new(null, (ranks, arguments));

    public static MpiJob Start(SmallDisk disk, params ReadOnlySpan<(int Ranks, string[] Arguments)> parts) => new(disk, parts);

    public static CommandResult Run(int ranks, params string[] arguments) => Run((ranks, arguments));

    public static CommandResult Run(params ReadOnlySpan<(int Ranks, string[] Arguments)> parts)
    {
        using MpiJob job = new(null, parts);
        return job.Wait();
    }

    public static CommandResult Run(SmallDisk disk, params ReadOnlySpan<(int Ranks, string[] Arguments)> parts)
    {
        using MpiJob job = new(disk, parts);
        return job.Wait();
    }

    /// <summary>mpirun, for <see cref="Durability.SmallTraining.WaitUntil"/>.</summary>
    public Process Process => _process;

    /// <summary>Sends a signal to one of the job's processes.</summary>
    public void Signal(string signal, int rank)
    {
        string marker = $"OMPI_COMM_WORLD_RANK={rank}";
        int process = Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out int id) ? id : 0)
            .Single(id => id > 0 && Parent(id) == _process.Id && ReadOf(id, "environ").Split('\0').Contains(marker));
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    public CommandResult Wait()
    {
        Assert.True(_process.WaitForExit(s_limit), $"still running after {s_limit}");
        return new CommandResult(_process.ExitCode, _output.Result, _log.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    // "id (name) state parent ..."
    private static int Parent(int process) => ReadOf(process, "stat").Split(") ")[^1].Split(' ') is [_, var parent, ..]
        ? int.Parse(parent, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static string ReadOf(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
