namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// Quantisation of a matrix in blocks along its rows, as com.microsoft.MatMulNBits stores it:
///   q = clamp(round(w / scale) + zero, 0, 2^bits - 1),   w' = scale (q - zero),   zero = 2^(bits-1) where symmetric
/// <see cref="BlockRange"/> chooses scale and zero.
/// </summary>
internal static class BlockQuantizer
{
    public const int BlockSize = 32;

    /// <summary>Rows taken at a time stay within this many bytes of float32.</summary>
    private const long ChunkBytes = 64L << 20;

    /// <param name="Values">[N, blocks, block bytes]: 4-bit values two to a byte, the first in the low half.</param>
    /// <param name="Scales">[N, blocks].</param>
    /// <param name="Zeros">Asymmetric: [N, bytes of zero points], 4-bit ones two to a byte; else null.</param>
    public sealed record Result(byte[] Values, float[] Scales, byte[]? Zeros);

    public static long Blocks(long width) => (width + BlockSize - 1) / BlockSize;

    public static int BlockBytes(int bits) => BlockSize * bits / 8;

    /// <summary>Bytes of the zero points of a row.</summary>
    public static long ZeroBytes(long width, int bits) => (Blocks(width) * bits + 7) / 8;

    /// <param name="matrix">[N, K] float32.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="symmetric">Whether blocks have no zero point of their own.</param>
    public static Result Quantize(torch.Tensor matrix, int bits, bool symmetric)
    {
        (long rows, long width) = (matrix.shape[0], matrix.shape[1]);
        long blocks = Blocks(width);
        Result result = new(
            new byte[checked(rows * blocks * BlockBytes(bits))],
            new float[checked(rows * blocks)],
            symmetric ? null : new byte[rows * ZeroBytes(width, bits)]);
        long perChunk = Math.Max(1, ChunkBytes / (width * sizeof(float)));
        for (long at = 0; at < rows; at += perChunk)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor chunk = matrix.narrow(0, at, Math.Min(perChunk, rows - at)).contiguous();
            float[] values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(chunk.bytes).ToArray();
            long first = at;
            Parallel.For(0, (int)chunk.shape[0], row =>
                QuantizeRow(values.AsSpan((int)(row * width), (int)width), first + row, bits, symmetric, result));
        }

        return result;
    }

    private static void QuantizeRow(ReadOnlySpan<float> row, long index, int bits, bool symmetric, Result result)
    {
        long blocks = Blocks(row.Length);
        int blockBytes = BlockBytes(bits);
        Span<float> block = stackalloc float[BlockSize];
        for (int b = 0; b < blocks; b++)
        {
            // Beyond the row's end stands zero.
            block.Clear();
            row[(b * BlockSize)..Math.Min(row.Length, (b + 1) * BlockSize)].CopyTo(block);
            (float scale, int zero) = BlockRange.Fit(block, bits, symmetric);
            long at = index * blocks + b;
            result.Scales[at] = scale;
            if (result.Zeros != null)
                Put(result.Zeros.AsSpan((int)(index * ZeroBytes(row.Length, bits)), (int)ZeroBytes(row.Length, bits)), b, zero, bits);
            Span<byte> bytes = result.Values.AsSpan((int)(at * blockBytes), blockBytes);
            int most = (1 << bits) - 1;
            for (int i = 0; i < BlockSize; i++)
            {
                float value = scale != 0 ? block[i] / scale : 0;
                Put(bytes, i, Math.Clamp((int)MathF.Round(value) + zero, 0, most), bits);
            }
        }
    }

    private static void Put(Span<byte> bytes, int i, int value, int bits)
    {
        if (bits == 8)
            bytes[i] = (byte)value;
        else
            bytes[i / 2] |= (byte)(value << (i % 2 * 4));
    }
}
