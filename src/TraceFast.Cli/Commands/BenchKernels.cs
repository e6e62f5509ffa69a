using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TraceFast.Benchmarks.Kernels;

namespace TraceFast.Cli.Commands;

/// <summary>Times the kernels, in the program that has BenchmarkDotNet: this one does not carry it.</summary>
internal static class BenchKernels
{
    private const string Project = "TraceFast.Microbenchmarks";

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string?> filter = new("--filter")
        {
            Description = "only cases whose name (operation/shape/direction/dtype/provider) matches this pattern with * and ?",
        };
        Option<bool> brief = new("--short")
        {
            Description = "SmolLM2-135M alone, the fastest provider and where quick the reference, fewer iterations: at most 5 minutes",
        };
        Option<int[]> threads = NumberOptions.Wholes(
            "--threads", "a measurement of everything, the roofline included, for each; 0: one per processor", [0], least: 0,
            NumberOptions.MostThreads);
        Option<string?> html = new("--html") { Description = "page with the table and roofline plots" };
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing page of --html" };
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Command command = new(
            "kernels",
            "Times every kernel, forward and backward, and compares it with the roofline of this machine.\n"
                + "Example: tracefast bench kernels --short --filter '*rms_norm*'")
        {
            filter, brief, threads, html, overwrite, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string? page = parsed.GetValue(html);
            new OutputCheck(parsed.GetValue(overwrite)).File("--html", page);
            KernelBenchmarkOptions options = new()
            {
                Filter = parsed.GetValue(filter),
                Short = parsed.GetValue(brief),
                Threads = parsed.GetValue(threads)!,
                Json = parsed.GetValue(json),
                Html = page,
            };
            if (Program() is not ProcessStartInfo start)
            {
                streams.Log.WriteLine(
                    $"error: {Project} is not beside this program; run ./tracefast bench kernels in a clone, which builds it");
                return ExitCodes.Missing;
            }
            start.ArgumentList.Add("kernels");
            start.ArgumentList.Add(JsonSerializer.Serialize(options));
            return await RunAsync(start, options.Json ? streams.Output : streams.Text, streams.Log, interrupt).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>The program in the folder that the build gave it, beside this one's; null where there is none.</summary>
    private static ProcessStartInfo? Program()
    {
        string own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string library = Path.GetFullPath(Path.Combine(own, "..", "..", Project, Path.GetFileName(own), Project + ".dll"));
        return File.Exists(library)
            ? new ProcessStartInfo("dotnet", [library])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
            }
            : null;
    }

    /// <returns>Its exit code.</returns>
    private static async Task<int> RunAsync(ProcessStartInfo start, TextWriter output, TextWriter log, CancellationToken interrupt)
    {
        using Process process = Process.Start(start)!;
        Task lines = CopyAsync(process.StandardError, log);
        Task results = CopyAsync(process.StandardOutput, output);
        try
        {
            await process.WaitForExitAsync(interrupt).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        await Task.WhenAll(lines, results).ConfigureAwait(false);
        return process.ExitCode;
    }

    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is string line)
            await to.WriteLineAsync(line).ConfigureAwait(false);
    }
}
