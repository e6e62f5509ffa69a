using System.Diagnostics;
using System.Text;
using TraceFast.Cli;

namespace TraceFast.EndToEnd;

/// <summary>What a command answered.</summary>
internal sealed record CommandResult(int Code, string Output, string Log)
{
    /// <summary>The output, one JSON value a line.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public CommandResult Succeeds()
    {
        Assert.True(Code == 0, $"exit code {Code}\n{Log}");
        return this;
    }
}

/// <summary>Runs commands, in this process through the program's entry point or as a process of their own.</summary>
internal static class CommandHarness
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "tracefast.dll");

    public static CommandResult Run(string[] args, string input = "") => Run(args, Encoding.UTF8.GetBytes(input));

    public static CommandResult Run(string[] args, byte[] input, CancellationToken interrupt = default)
    {
        using MemoryStream output = new();
        using StringWriter log = new();
        int code;
        using (CommandStreams streams = new(new MemoryStream(input), output, log))
            code = CommandLine.Run(args, streams, interrupt);
        return new CommandResult(code, Encoding.UTF8.GetString(output.ToArray()), log.ToString());
    }

    /// <summary>Starts the program as a process; its log can be read line by line while it runs.</summary>
    public static Process Start(params string[] args)
    {
        // A process in the background ignores SIGINT, and hands that on to what it starts.
        ProcessStartInfo start = new("env") { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
            WorkingDirectory = Tests.Oracles.RepositoryRoot };
        foreach (string arg in new[] { "--default-signal=INT", "dotnet", s_program })
            start.ArgumentList.Add(arg);
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    /// <summary>The launcher, as a user calls it.</summary>
    public static CommandResult Launch(string[] args, byte[] input, TimeSpan limit)
    {
        ProcessStartInfo start = new(Path.Combine(Tests.Oracles.RepositoryRoot, "tracefast"))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> log = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended before it had read everything; its exit code says why.
        }
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {limit}: {string.Join(' ', args)}");
        }
        return new CommandResult(process.ExitCode, output.Result, log.Result);
    }
}
