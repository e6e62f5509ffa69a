using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Data.Files;

/// <summary>
/// One process at a time writes an output. The system holds the lock and gives it back when the process ends, however it ends; the lock's
/// file says who holds it, and is gone when the lock was given back in order. A file system that knows no locks gives none.
/// </summary>
public sealed class RunLock : IDisposable
{
    /// <summary>The lock's file in an output folder.</summary>
    public const string FileName = ".lock";

    private const int LongestCommand = 300;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly string? _madeFolder;

    private RunLock(string path, SafeFileHandle handle, string? madeFolder) => (_path, _handle, _madeFolder) = (path, handle, madeFolder);

    /// <summary>
    /// Takes the lock of an output folder, which is made where it is absent; where nothing was written to it, it goes with the lock.
    /// </summary>
    /// <exception cref="InputException">Another process holds it: who, and since when.</exception>
    public static RunLock OfFolder(string folder)
    {
        string full = Path.GetFullPath(folder);
        string? made = Directory.Exists(full) ? null : full;
        Directory.CreateDirectory(full);
        return Take(Path.Combine(full, FileName), folder, made);
    }

    /// <summary>Takes the lock of an output file, FILE.lock beside it.</summary>
    /// <exception cref="InputException">As <see cref="OfFolder"/>.</exception>
    public static RunLock OfFile(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LockOf(file))!);
        return Take(LockOf(file), file, null);
    }

    /// <summary>As <see cref="OfFile"/>; null while another process holds it.</summary>
    public static RunLock? TryOfFile(string file) =>
        TryTake(LockOf(file), out SafeFileHandle? handle, out _) ? new RunLock(LockOf(file), handle!, null) : null;

    /// <summary>As <see cref="OfFile"/>, but waits while another process holds it.</summary>
    /// <param name="file">The output.</param>
    /// <param name="waiting">Gets one line where it waits: for whom.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static RunLock WaitForFile(string file, Action<string> waiting, CancellationToken cancellation)
    {
        for (bool said = false; ; said = true)
        {
            if (TryTake(LockOf(file), out SafeFileHandle? handle, out string holder))
                return new RunLock(LockOf(file), handle!, null);
            if (!said)
                waiting($"waiting: {file} is being written by {holder}");
            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed)
            return;
        File.Delete(_path); // while it is held: who waits for this file finds that it is another one now
        _handle.Dispose();
        if (_madeFolder is not null && Directory.Exists(_madeFolder) && !Directory.EnumerateFileSystemEntries(_madeFolder).Any())
            Directory.Delete(_madeFolder);
    }

    private static string LockOf(string file) => Path.GetFullPath(file) + FileName;

    private static RunLock Take(string path, string output, string? made) =>
        TryTake(path, out SafeFileHandle? handle, out string holder) ? new RunLock(path, handle!, made)
            : throw new InputException($"{output}: is being written by {holder}; wait until it has ended, or name another output");

    private static bool TryTake(string path, out SafeFileHandle? taken, out string holder)
    {
        while (true)
        {
            SafeFileHandle handle = LinuxCalls.OpenOrCreate(path);
            if (LinuxCalls.TryLock(handle) == LockResult.HeldByAnother)
            {
                using (handle)
                    (taken, holder) = (null, ReadHolder(handle));
                return false;
            }

            // The one that held it before may have removed the file after it was opened here: then another one may be there, and be
            // held.
            if (FileIdentity.Of(path) is { } there && there == FileIdentity.Of($"/proc/self/fd/{handle.DangerousGetHandle()}"))
            {
                WriteHolder(handle);
                (taken, holder) = (handle, "");
                return true;
            }

            handle.Dispose();
        }
    }

    private static void WriteHolder(SafeFileHandle handle)
    {
        string command = string.Join(
            ' ', Environment.GetCommandLineArgs().Select((a, i) => i == 0 ? Path.GetFileNameWithoutExtension(a) : a));
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} ({(command.Length > LongestCommand ? command[..LongestCommand] + "..." : command)}) "
                + $"since {DateTime.Now:yyyy-MM-dd HH:mm:ss}");
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text), 0);
    }

    private static string ReadHolder(SafeFileHandle handle)
    {
        byte[] text = new byte[4 * (LongestCommand + 100)];
        int length = RandomAccess.Read(handle, text, 0);
        return length == 0 ? "another process" : Encoding.UTF8.GetString(text, 0, length);
    }
}
