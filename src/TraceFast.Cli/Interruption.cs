using System.Runtime.InteropServices;

namespace TraceFast.Cli;

/// <summary>
/// SIGINT (Ctrl-C) and SIGTERM, which batch systems send before they take a machine away. The first one asks for an orderly end; a command
/// that does not come to it within a short time (it waits for input, or computes without a break) is ended then: whatever it writes is
/// whole or taken back by its next run. A second signal ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>SIGXFSZ: a file would be larger than ulimit -f allows.</summary>
    private const PosixSignal FileSizeLimit = (PosixSignal)25;

    /// <summary>
    /// The write fails too, with EFBIG, which is told. Kept to the end of the process: buffers of files that failed are written once more
    /// when the runtime ends.
    /// </summary>
    private static readonly PosixSignalRegistration s_fileSizeLimit = PosixSignalRegistration.Create(
        FileSizeLimit, signal => signal.Cancel = true);

    private readonly bool _inItsOwnTime;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _end;

    /// <param name="inItsOwnTime">The command saves what it has, however long that takes.</param>
    public Interruption(bool inItsOwnTime)
    {
        _inItsOwnTime = inItsOwnTime;
        GC.KeepAlive(s_fileSizeLimit);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt),
        ];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _end?.Dispose();
        _source.Dispose();
    }

    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = !_source.IsCancellationRequested;
        if (!signal.Cancel)
            return;
        if (!_inItsOwnTime)
            _end = new Timer(_ => End(), null, s_patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    private static void End()
    {
        Console.Error.WriteLine("interrupted");
        Program.Exit(ExitCodes.Interrupted);
    }
}
