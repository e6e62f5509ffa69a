using System.Runtime.InteropServices;

namespace TraceFast.Cli;

/// <summary>
/// Standard output. Unlike the console's own stream it says when whoever reads is gone (EPIPE), so that a command ends with its reader
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
