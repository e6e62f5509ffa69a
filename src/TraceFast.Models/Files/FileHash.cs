using System.Collections.Concurrent;
using TraceFast.Data;

namespace TraceFast.Models.Files;

/// <summary>SHA-256 of files, computed once per process for each state (size and time of change) of a file.</summary>
public static class FileHash
{
    private static readonly ConcurrentDictionary<(string Path, long Size, DateTime Changed), string> s_known = new();

    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="InputException">It is no regular file.</exception>
    public static string Sha256(string path)
    {
        InputFile.RequireRegular(path);
        FileInfo info = new(Path.GetFullPath(path));
        return s_known.GetOrAdd((info.FullName, info.Length, info.LastWriteTimeUtc), static key =>
        {
            using FileStream stream = new(key.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            return HashBuilder.HexOf(stream);
        });
    }
}
