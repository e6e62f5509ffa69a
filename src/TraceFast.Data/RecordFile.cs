using System.Security.Cryptography;
using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Data.Parquet;

namespace TraceFast.Data;

/// <summary>Files of records: JSON, one object a line or an array, or Parquet, recognized by the name's ending.</summary>
public static class RecordFile
{
    /// <summary>What a data set's files are called, as messages list it.</summary>
    public const string Endings = ".json, .jsonl or .parquet";

    private const int HashedAtOnce = 4 << 20;

    public static bool IsParquet(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the name says that it is a file of records.</summary>
    internal static bool IsNamedSo(string path) =>
        IsParquet(path) || Path.GetExtension(path).ToLowerInvariant() is ".json" or ".jsonl";

    /// <summary>About how many bytes the records have as JSON; 0 where that is not known before they are read.</summary>
    /// <exception cref="InputException">The file cannot be read as Parquet, which its name says it is.</exception>
    public static long JsonBytes(string path) =>
        !InputFile.IsRegular(path) ? 0 : IsParquet(path) ? ParquetRecordFile.UncompressedBytes(path) : new FileInfo(path).Length;

    /// <summary>
    /// Hash of a file's bytes: SHA-256 of the SHA-256 of its pieces of 4 MiB, which all cores compute. 64 hexadecimal digits.
    /// </summary>
    /// <param name="progress">Gets the bytes that are done, from one thread at a time.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static string ContentHash(string path, Action<long> progress, CancellationToken cancellation)
    {
        using FileStream stream = FileWindow.Open(path);
        long length = stream.Length;
        byte[][] pieces = new byte[(length + HashedAtOnce - 1) / HashedAtOnce][];
        long done = 0;
        try
        {
            Parallel.For(
                0, pieces.Length,
                new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => new byte[HashedAtOnce],
                (i, _, buffer) =>
                {
                    int read = 0;
                    for (int more = -1; more != 0 && read < buffer.Length; read += more)
                        more = RandomAccess.Read(stream.SafeFileHandle, buffer.AsSpan(read), (long)i * HashedAtOnce + read);
                    pieces[i] = SHA256.HashData(buffer.AsSpan(0, read));
                    lock (pieces)
                        progress(done += read);
                    return buffer;
                },
                _ => { });
        }
        catch (AggregateException e) when (e.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.InnerException.Message}", e);
        }
        using HashBuilder hash = new();
        foreach (byte[] piece in pieces)
            hash.Add(piece);
        return hash.ToHex();
    }

    /// <exception cref="InputException">The file cannot be read, or is not what its name says.</exception>
    internal static IEnumerable<RawRecord> Read(string path) => IsParquet(path) ? ParquetRecordFile.Read(path) : JsonRecordFile.Read(path);

    /// <summary>
    /// Writes lines of JSON, or the same records as Parquet where the name ends so. The file appears when all is written, or not at all.
    /// </summary>
    /// <param name="path">The file, in a folder that is made where it is absent; an old one is replaced.</param>
    /// <param name="writeLines">Writes one object a line.</param>
    /// <exception cref="InputException">The records cannot be written as Parquet: there is none, or one is no JSON object.</exception>
    public static void Write(string path, Action<Stream> writeLines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!IsParquet(path))
        {
            AtomicFile.Write(path, writeLines);
            return;
        }
        string linesOf = Path.GetFullPath(path) + ".lines", lines = TemporaryPath.PathFor(linesOf);
        TemporaryPath.RemoveOrphansOf(linesOf);
        try
        {
            using (FileStream stream = new(lines, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
                writeLines(stream);
            AtomicFile.Write(path, stream => ParquetRecordWriter.Write(lines, path, stream));
        }
        finally
        {
            File.Delete(lines);
        }
    }
}
