using System.CommandLine;
using TraceFast.Inference.Generation;

namespace TraceFast.Cli.Commands;

/// <summary>What <c>train</c> starts where decoding needs a process of its own; no command for people.</summary>
internal static class DecodeWorkerCommand
{
    public const string Name = "decode-worker";

    public static Command Create(CommandStreams streams)
    {
        const string description = "Decodes for another process: requests on the input, answers on the output, one JSON object a line.";
        Command command = new(Name, $"{description}\nExample: tracefast decode-worker") { Hidden = true };
        command.SetAction(_ =>
        {
            // An interrupt from the keyboard reaches this process too: the one that asked decides, and ends the input.
            using StreamReader input = new(streams.Input);
            DecodingWorker.Run(input, streams.Output);
            return ExitCodes.Done;
        });
        return command;
    }
}
