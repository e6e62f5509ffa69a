using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using TraceFast.Training.Metrics.TensorBoard.Protocol;

namespace TraceFast.Training.Metrics.TensorBoard;

/// <summary>
/// A TensorBoard event file with scalar summaries: TFRecords of Event messages, the first of which names the version.
/// A resumed run appends to the same file, cut back to its checkpoint, so that no step is in it twice.
/// </summary>
internal sealed class EventFile(AppendedFile file) : IDisposable
{
    /// <summary>The prefix by which TensorBoard finds event files.</summary>
    public const string NamePrefix = "events.out.tfevents.";

    private const string FileVersion = "brain.Event:2";

    public AppendedFile File { get; } = file;

    /// <summary>
    /// A new file in <paramref name="folder"/>, named as TensorBoard expects: events.out.tfevents.SECONDS.HOST.PROCESS.0.
    /// </summary>
    public static EventFile Create(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        string name = string.Create(CultureInfo.InvariantCulture,
            $"{NamePrefix}{now.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}.0");
        EventFile events = new(AppendedFile.Open(Path.Combine(folder, name), keep: 0));
        events.Append(new Event { WallTime = Seconds(now), FileVersion = FileVersion });
        return events;
    }

    /// <summary>
    /// Adds the scalars of one step; a value that is not finite is left out, since TensorBoard draws it as a break anyway.
    /// </summary>
    public void Add(long step, DateTimeOffset now, IEnumerable<(string Tag, double Value)> scalars)
    {
        Summary summary = new();
        foreach ((string tag, double value) in scalars)
            if (double.IsFinite(value))
                summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value });
        Append(new Event { WallTime = Seconds(now), Step = step, Summary = summary });
    }

    private void Append(Event e) => File.Append(TfRecord.Frame(e.ToByteArray()));

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    public void Dispose() => File.Dispose();
}

/// <summary>
/// The TFRecord framing of one record:
/// <code>uint64 length | uint32 masked_crc32c(length) | byte data[length] | uint32 masked_crc32c(data)</code> all little-endian.
/// Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/lib/hash/crc32c.h.
/// </summary>
internal static class TfRecord
{
    private const int LengthBytes = 8;
    private const int ChecksumBytes = 4;

    public static byte[] Frame(ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[LengthBytes + ChecksumBytes + data.Length + ChecksumBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(LengthBytes), MaskedCrc32C(record.AsSpan(0, LengthBytes)));
        data.CopyTo(record.AsSpan(LengthBytes + ChecksumBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - ChecksumBytes), MaskedCrc32C(data));
        return record;
    }

    /// <summary>The checksum rotated by 15 bits plus a constant, so that the checksum of data that holds checksums is not weak.</summary>
    internal static uint MaskedCrc32C(ReadOnlySpan<byte> data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + 0xA282EAD8u;
    }
}
