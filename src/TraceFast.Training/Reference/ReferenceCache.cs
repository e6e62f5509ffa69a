using System.Buffers.Binary;
using System.Security.Cryptography;
using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Models.Files;
using TraceFast.Training.Distributed;

namespace TraceFast.Training.Reference;

/// <summary>
/// Keeps reference log-probs on disk, by the hash of what determines them: in a folder that all runs share, so that the next run with
/// the same model and data need not compute them, and in the run's own output folder, so that a resumed run finds those that it started
/// with. A file that is truncated or written for another key is logged and recomputed.
/// </summary>
/// <param name="runFolder">The run's own folder for them.</param>
/// <param name="sharedFolder">The folder of all runs; null keeps none there.</param>
/// <param name="ranks">Rank 0 reads and writes, and the others get its values.</param>
/// <param name="log">Gets a line for every file that is not valid.</param>
internal sealed class ReferenceCache(string runFolder, string? sharedFolder, Communicator ranks, IRunLog log)
{
    /// <summary>See <see cref="CacheFolder"/>.</summary>
    public static string DefaultSharedFolder => CacheFolder.For("reference");

    /// <summary>The values for a key: from the run's folder, the shared folder, or computed; afterwards they are in both.</summary>
    /// <param name="key">64 hexadecimal digits.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="fromCache">Whether they were on disk.</param>
    public double[] Get(string key, int count, Func<double[]> compute, out bool fromCache)
    {
        double[]? values = null;
        List<string> missing = [];
        foreach (string path in ranks.Writes ? Paths(key) : [])
        {
            double[]? read = Read(path, key, count);
            values ??= read;
            if (read is null)
                missing.Add(path);
        }

        values = Shared(values, count);
        fromCache = values is not null;
        values ??= compute();
        foreach (string path in missing)
            Save(path, key, values);
        return values;
    }

    /// <summary>The values for a key where they are on disk.</summary>
    public double[]? Find(string key, int count) => Shared(
        (ranks.Writes ? Paths(key) : []).Select(path => Read(path, key, count)).FirstOrDefault(values => values is not null), count);

    /// <summary>Rank 0's values, on all ranks.</summary>
    private double[]? Shared(double[]? own, int count)
    {
        if (ranks.Size == 1)
            return own;
        double[] shared = new double[count + 1];
        if (own is not null)
        {
            shared[0] = 1;
            own.CopyTo(shared, 1);
        }
        ranks.Add(shared);
        return shared[0] > 0 ? shared[1..] : null;
    }

    private IEnumerable<string> Paths(string key) =>
        new[] { runFolder, sharedFolder }.OfType<string>().Select(folder => Path.Combine(folder, key + ".logprobs"));

    private double[]? Read(string path, string key, int count)
    {
        double[]? values = ReferenceFile.Read(path, key, count, out string? reason);
        if (reason is not null)
            log.Line($"{path}: not valid, {reason}; recomputing the reference log-probs");
        return values;
    }

    private void Save(string path, string key, double[] values)
    {
        try
        {
            ReferenceFile.Write(path, key, values);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line($"{path}: reference log-probs are not stored here: {e.Message}");
        }
    }
}

/// <summary>
/// Reference log-probs on disk, valid only if they are exactly what was written for exactly this key:
/// <code>"tracefast reference log-probs 1\n" | key (64 hex digits) "\n" | float64 value[n] little-endian | SHA-256 of all before</code>
/// Written as a temporary file and renamed, so a reader sees a whole file or none.
/// </summary>
internal static class ReferenceFile
{
    private static readonly byte[] s_magic = "tracefast reference log-probs 1\n"u8.ToArray();
    private const int KeyBytes = 64 + 1;

    public static void Write(string path, string key, ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[Size(values.Length)];
        Span<byte> body = bytes.AsSpan(WriteHeader(bytes, key));
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(body[(i * sizeof(double))..], values[i]);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, bytes);
    }

    /// <summary>
    /// Reads <paramref name="count"/> values; null where the file is not valid, with the reason (null where there is no file).
    /// </summary>
    public static double[]? Read(string path, string key, int count, out string? reason)
    {
        reason = null;
        if (!File.Exists(path))
            return null;
        long length = new FileInfo(path).Length;
        if (length != Size(count))
        {
            reason = $"{length} bytes, expected {Size(count)}";
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        byte[] header = new byte[s_magic.Length + KeyBytes];
        WriteHeader(header, key);
        if (!bytes.AsSpan(0, header.Length).SequenceEqual(header))
        {
            reason = "it was written for another key";
            return null;
        }

        int end = bytes.Length - SHA256.HashSizeInBytes;
        if (!SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
        {
            reason = "its checksum does not match its content";
            return null;
        }

        double[] values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(header.Length + i * sizeof(double)));
        return values;
    }

    private static long Size(int count) => s_magic.Length + KeyBytes + (long)count * sizeof(double) + SHA256.HashSizeInBytes;

    private static int WriteHeader(Span<byte> target, string key)
    {
        s_magic.CopyTo(target);
        int keyLength = System.Text.Encoding.ASCII.GetBytes(key + "\n", target[s_magic.Length..]);
        return keyLength == KeyBytes
            ? s_magic.Length + KeyBytes : throw new ArgumentException($"key '{key}': expected 64 hexadecimal digits");
    }
}
