using TraceFast.Inference.Generation;

namespace TraceFast.Cli.Commands;

/// <summary>Started by <c>train</c> where decoding needs a process of its own; not for users.</summary>
internal static class DecodeWorkerCommand
{
    public const string Name = "decode-worker";

    public static Command Create(CommandStreams streams)
    {
        const string description = "Decodes for another process: requests on the input, answers on the output, one JSON object a line.";
        Command command = new(Name, $"{description}\nExample: tracefast decode-worker") { Hidden = true };
        command.SetAction(_ =>
        {
            // An interrupt from the keyboard reaches this process too: the parent decides, and closes the input.
            using StreamReader input = new(streams.Input);
            DecodingWorker.Run(input, streams.Output);
            return ExitCodes.Done;
        });
        return command;
    }
}
