using System.CommandLine;
using TraceFast.Inference.Generation;

namespace TraceFast.Cli.Commands;

/// <summary>What <c>train</c> starts where decoding needs a process of its own; no command for people.</summary>
internal static class DecodeWorkerCommand
{
    public const string Name = "decode-worker";

    public static Command Create(CommandStreams streams)
    {
        Command command = new(Name, "Decodes for another process, which writes requests to the input and reads answers from the output, one JSON object a line; ends with the input.\nExample: tracefast decode-worker") { Hidden = true };
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
