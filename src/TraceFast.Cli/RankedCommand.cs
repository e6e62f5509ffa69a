using TraceFast.Data.Progress;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>Commands whose work the processes of an MPI job share; the others run as one process.</summary>
internal static class RankedCommand
{
    /// <summary>Their names, as they are written.</summary>
    public static string[] Names { get; } = ["train", "generate", "eval", "logprobs", "data failures", "bench scale"];

    /// <summary>Runs a command on every rank; its errors reach the user once.</summary>
    /// <param name="work">Gets the ranks and this one's log, which only rank 0's shows.</param>
    /// <returns>The exit code.</returns>
    public static int Run(CommandStreams streams, Func<Communicator, IRunLog, int> work) =>
        RunAsync(streams, (ranks, log) => Task.FromResult(work(ranks, log))).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public static async Task<int> RunAsync(CommandStreams streams, Func<Communicator, IRunLog, Task<int>> work)
    {
        Communicator opened;
        try
        {
            opened = MpiLaunch.Open(Environment.GetEnvironmentVariable);
        }
        catch (MpiException) when (!MpiLaunch.IsFirstHere(Environment.GetEnvironmentVariable))
        {
            return ExitCodes.Missing; // the first process on this machine says why
        }
        using Communicator ranks = opened;
        try
        {
            return await work(ranks, ranks.Writes ? RunLogs.For(streams) : new SilentRunLog()).ConfigureAwait(false);
        }
        catch (Exception e) when (ranks.Size > 1)
        {
            using StringWriter lines = new() { NewLine = "\n" };
            using CommandStreams own = new(Stream.Null, Stream.Null, lines);
            int code = Failures.Report(e, own);
            ranks.Fail(lines.ToString().TrimEnd(), code);
            return code;
        }
    }
}
