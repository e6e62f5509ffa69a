using System.Text;
using TraceFast.Cli;

namespace TraceFast.Benchmarks.Tests;

/// <summary>The program's entry point, as the tests of its benchmarks call it.</summary>
internal static class BenchProgram
{
    public static (int Code, string Output, string Log) Run(params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter log = new();
        using CommandStreams streams = new(Stream.Null, output, log);
        int code = TraceFast.Cli.CommandLine.Run(arguments, streams, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), log.ToString());
    }
}
