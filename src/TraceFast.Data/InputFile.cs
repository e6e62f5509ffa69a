using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceFast.Data;

/// <summary>
/// What a path that is to be read leads to. A pipe without a writer would hold the program for ever, a device may have no end: whatever
/// opens a file of the user's asks here first.
/// </summary>
public static partial class InputFile
{
    private const int WorkingDirectory = -100, BufferBytes = 256;
    private const uint WantsType = 0x1, WantsNode = 0x100;
    private const int ModeAt = 28, NodeAt = 32, DeviceAt = 136;
    private const int TypeBits = 0xF000, Regular = 0x8000, Folder = 0x4000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000,
        Socket = 0xC000;

    private static readonly ConcurrentDictionary<(ulong Device, ulong Node), byte> s_pipesRead = new();

    /// <summary>Refuses what is no regular file, through links. A path that leads nowhere is left to the caller.</summary>
    /// <exception cref="InputException">A folder, pipe, device or socket.</exception>
    public static void RequireRegular(string path)
    {
        if (Look(path) is { Type: not Regular } found)
            throw new InputException($"{path}: is {Name(found.Type)}, expected a file{Advice(found.Type)}");
    }

    /// <summary>Whether there is a regular file, which can be read more than once.</summary>
    public static bool IsRegular(string path) => Look(path) is { Type: Regular };

    /// <summary>
    /// As <see cref="RequireRegular"/> for records that are read from their first byte to their last: a pipe that this process was given
    /// (the shell's &lt;(...), /dev/stdin) is taken, once.
    /// </summary>
    /// <exception cref="InputException">A folder, a named pipe, a device or a socket; a pipe a second time.</exception>
    public static void RequireReadable(string path)
    {
        if (Look(path) is not { Type: Pipe } found || !IsInherited(path))
            RequireRegular(path);
        else if (!s_pipesRead.TryAdd((found.Device, found.Node), 0))
            throw new InputException(
                $"{path}: is a pipe, whose bytes were read already, and this command needs them again; write them to a file first");
    }

    /// <summary>The bytes of a regular file.</summary>
    /// <exception cref="InputException">It is none, or has more than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="IOException">It is absent or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes = long.MaxValue)
    {
        RequireRegular(path);
        long length = new FileInfo(path).Length;
        return length <= maxBytes
            ? File.ReadAllBytes(path) : throw new InputException($"{path}: found {length} bytes, expected at most {maxBytes}");
    }

    private static (int Type, ulong Device, ulong Node)? Look(string path)
    {
        if (!OperatingSystem.IsLinux() || path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            return null;
        Span<byte> found = stackalloc byte[BufferBytes];
        if (Statx(WorkingDirectory, path, 0, WantsType | WantsNode, ref MemoryMarshal.GetReference(found)) != 0)
            return null;
        ulong device = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(found[DeviceAt..]) << 32
            | BinaryPrimitives.ReadUInt32LittleEndian(found[(DeviceAt + 4)..]);
        return (BinaryPrimitives.ReadUInt16LittleEndian(found[ModeAt..]) & TypeBits, device,
            BinaryPrimitives.ReadUInt64LittleEndian(found[NodeAt..]));
    }

    /// <summary>Whether a path is one of the descriptors that this process has: its other end is open or was, so reading ends.</summary>
    private static bool IsInherited(string path)
    {
        string full = Path.GetFullPath(path);
        return full is "/dev/stdin" || IsNumberIn(full, "/dev/fd/") || IsNumberIn(full, "/proc/self/fd/");

        static bool IsNumberIn(string path, string folder) =>
            path.StartsWith(folder, StringComparison.Ordinal)
                && int.TryParse(path.AsSpan(folder.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static string Name(int type) => type switch
    {
        Folder => "a folder",
        Pipe => "a pipe",
        CharacterDevice or BlockDevice => "a device",
        Socket => "a socket",
        _ => "no file",
    };

    private static string Advice(int type) => type == Pipe ? "; write what comes through it to a file first" : "";

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte found);
}
