using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TraceFast.Data.Files;

namespace TraceFast.Training.Reference;

/// <summary>
/// Reference log-probs on disk, valid only if they are exactly what was written for exactly this key:
/// <code>"tracefast reference log-probs 1\n" | key (64 hex digits) "\n" | float64 value[n] little-endian | SHA-256 of all before</code>
/// Written as a temporary file and renamed, so that a reader sees a whole file or none.
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
            reason = "it was written for something else";
            return null;
        }

        int end = bytes.Length - SHA256.HashSizeInBytes;
        if (!SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
        {
            reason = "its checksum does not fit its content";
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
