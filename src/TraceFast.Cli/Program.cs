using TraceFast.Cli;

using CancellationTokenSource interrupt = new();
Console.CancelKeyPress += (_, e) =>
{
    // The first Ctrl-C asks for an orderly end (a checkpoint is saved); the second one ends the process.
    e.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};
using CommandStreams streams = CommandStreams.Standard();
return CommandLine.Run(args, streams, interrupt.Token);
