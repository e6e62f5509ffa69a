namespace TraceFast.Data.Files;

/// <summary>Which file or folder a path leads to, through symbolic and hard links: device and inode.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Null: nothing is there.</summary>
    public static FileIdentity? Of(string path) => LinuxCalls.Look(path) is (not PathKind.Absent, FileIdentity identity) ? identity : null;

    /// <summary>The folder itself and all above it, as the file system has them, whatever links the path goes through.</summary>
    public static IEnumerable<FileIdentity> Upwards(string folder)
    {
        FileIdentity? below = null;
        for (string at = folder; Of(at) is { } identity && identity != below; at = Path.Join(at, ".."))
        {
            yield return identity;
            below = identity;
        }
    }
}
