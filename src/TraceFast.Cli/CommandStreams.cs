using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Data.Progress;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>
/// What a command reads and writes. Results go to <see cref="Output"/> where programs read them (JSON, ids), to <see cref="Text"/> where
/// people do; every other line for people goes to <see cref="Log"/>, so a program can read the output whatever is logged. Control
/// characters in text for people are escaped.
/// </summary>
public sealed class CommandStreams : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public CommandStreams(Stream input, Stream output, TextWriter log)
    {
        Input = input;
        Output = new StreamWriter(output, s_utf8, bufferSize: 1 << 16) { NewLine = "\n" };
        Text = new TerminalTextWriter(Output);
        Log = new TerminalTextWriter(log);
        IsConsole = ReferenceEquals(log, Console.Error);
    }

    public Stream Input { get; }

    /// <summary>The output as it is.</summary>
    public TextWriter Output { get; }

    /// <summary>The output, for people.</summary>
    public TextWriter Text { get; }

    public TextWriter Log { get; }

    /// <summary>
    /// Width of <see cref="Text"/> in columns; where it is not a terminal, as wide as a line needs, unless COLUMNS sets it.
    /// </summary>
    public int Width { get; private init; } = int.MaxValue;

    /// <summary>Whether the log is this process's standard error.</summary>
    public bool IsConsole { get; }

    public static CommandStreams Standard() =>
        new(Console.OpenStandardInput(), new StandardOutput(), Console.Error) { Width = ColumnsOf() };

    private static int ColumnsOf()
    {
        const int Narrowest = 40;
        // mpirun gives its processes a terminal that nobody sits at.
        bool isTerminal = !Console.IsOutputRedirected && MpiLaunch.Read(Environment.GetEnvironmentVariable).Size == 1;
        int columns = isTerminal ? Console.WindowWidth
            : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int set)
            ? set : int.MaxValue;
        return Math.Max(columns, Narrowest);
    }

    /// <summary>Output that could not be written was reported when the command ended.</summary>
    public void Dispose()
    {
        try
        {
            Output.Dispose();
        }
        catch (IOException)
        {
        }
    }
}

/// <summary>
/// Standard output. Unlike the console's own stream it reports when the reader is gone (EPIPE), so a command stops with its reader
/// instead of computing for nobody.
/// </summary>
internal sealed partial class StandardOutput : Stream
{
    private const int Handle = 1, Interrupted = 4, WouldBlock = 11;
    private static readonly TimeSpan s_whileFull = TimeSpan.FromMilliseconds(2);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">With errno as HResult.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint written = Write(Handle, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == WouldBlock)
                Thread.Sleep(s_whileFull);
            else if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int handle, ReadOnlySpan<byte> buffer, nint count);
}

/// <summary>Shows the progress of long work: bars on a terminal, plain lines elsewhere.</summary>
internal static class RunLogs
{
    public static IRunLog For(CommandStreams streams) =>
        streams.IsConsole ? TerminalRunLog.ForStandardError() : new PlainRunLog(streams.Log);
}
