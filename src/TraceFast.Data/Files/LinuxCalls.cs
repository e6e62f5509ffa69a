using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Data.Files;

/// <summary>What the system says of a path, links followed.</summary>
internal enum PathKind
{
    Absent,
    File,
    Folder,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,
}

/// <summary>Whether a file or folder could be locked.</summary>
internal enum LockResult
{
    Taken,
    HeldByAnother,

    /// <summary>The path is gone, or its file system knows no locks.</summary>
    Impossible,
}

/// <summary>
/// The calls of Linux that .NET has no way to make: locks on folders, forcing a folder's entries to the disk, device and inode.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    private const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Exclusive = 2, DoNotWait = 4;
    private const int WouldBlock = 11;
    private const int CurrentFolder = -100, Mode = 0x2, Inode = 0x100;
    private const int KindMask = 0xF000, KindFile = 0x8000, KindFolder = 0x4000;

    /// <summary>struct statx of statx(2); the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>What is at a path, and its device and inode.</summary>
    public static (PathKind Kind, FileIdentity Identity) Look(string path)
    {
        Status status;
        if (statx(CurrentFolder, path, 0, Mode | Inode, &status) != 0)
            return (PathKind.Absent, default);
        PathKind kind = (status.Mode & KindMask) switch { KindFile => PathKind.File, KindFolder => PathKind.Folder, _ => PathKind.Special };
        return (kind, new FileIdentity(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode));
    }

    /// <summary>Opens a file or folder that is there, to lock it; an invalid handle where it cannot be opened.</summary>
    public static SafeFileHandle OpenThere(string path) => new(open(path, ReadOnly | NonBlocking | CloseOnExec, 0), ownsHandle: true);

    /// <summary>
    /// Opens a file to read and write it, made where it is absent, without the lock that .NET takes on whatever it opens.
    /// </summary>
    public static SafeFileHandle OpenOrCreate(string path)
    {
        const int everyoneAsTheMaskAllows = 0x1B6;
        SafeFileHandle handle = new(open(path, ReadWrite | Create | CloseOnExec, everyoneAsTheMaskAllows), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"{path}: cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}") : handle;
    }

    /// <summary>Takes the one lock on an open file or folder, until the handle is closed or the process ends; does not wait.</summary>
    public static LockResult TryLock(SafeFileHandle handle) =>
        handle.IsInvalid ? LockResult.Impossible
        : flock(handle, Exclusive | DoNotWait) == 0 ? LockResult.Taken
        : Marshal.GetLastPInvokeError() == WouldBlock ? LockResult.HeldByAnother
        : LockResult.Impossible;

    /// <summary>Forces a file's bytes, or a folder's entries, to the disk.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="failure">What the system says where it cannot be.</param>
    public static bool TryForceToDisk(string path, out string failure)
    {
        using SafeFileHandle handle = OpenThere(path);
        bool done = !handle.IsInvalid && fsync(handle) == 0;
        failure = done ? "" : Marshal.GetLastPInvokeErrorMessage();
        return done;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle handle);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int folder, string path, int flags, uint mask, Status* status);
}
