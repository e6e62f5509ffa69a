using System.Runtime.InteropServices;
using TraceFast.Cli;

using CancellationTokenSource interrupt = new();
using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
// What batch systems send before they take a machine away.
using PosixSignalRegistration ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using CommandStreams streams = CommandStreams.Standard();
return CommandLine.Run(args, streams, interrupt.Token);

void Interrupt(PosixSignalContext signal)
{
    // The first one asks for an orderly end (a checkpoint is saved); the second one ends the process.
    signal.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
}
