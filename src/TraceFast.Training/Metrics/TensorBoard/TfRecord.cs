using System.Buffers.Binary;
using System.Numerics;

namespace TraceFast.Training.Metrics.TensorBoard;

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
