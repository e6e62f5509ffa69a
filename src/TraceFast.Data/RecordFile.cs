using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Data.Parquet;

namespace TraceFast.Data;

/// <summary>Files of records: JSON, one object a line or an array, or Parquet, recognized by the name's ending.</summary>
public static class RecordFile
{
    /// <summary>What a data set's files are called, as messages list it.</summary>
    public const string Endings = ".json, .jsonl or .parquet";

    public static bool IsParquet(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the name says that it is a file of records.</summary>
    internal static bool IsNamedSo(string path) =>
        IsParquet(path) || Path.GetExtension(path).ToLowerInvariant() is ".json" or ".jsonl";

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
