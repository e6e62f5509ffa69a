using System.Text;

namespace TraceFast.Cli.Tests;

/// <summary>A command called as a program calls it, with what it wrote.</summary>
internal static class Called
{
    public static (int Code, string Output, string Log) Run(params string[] args) => WithInput("", args);

    public static (int Code, string Output, string Log) WithInput(string input, params string[] args)
    {
        using MemoryStream output = new();
        using StringWriter log = new();
        int code;
        using (CommandStreams streams = new(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, log))
            code = CommandLine.Run(args, streams, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), log.ToString());
    }
}
