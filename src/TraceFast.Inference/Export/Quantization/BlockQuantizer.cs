namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// Quantization of a matrix in blocks along its rows, as com.microsoft.MatMulNBits stores it:
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
    public sealed record Result(byte[] Values, float[] Scales, byte[]? Zeros)
    {
        public static Result Empty(long rows, long width, int bits, bool symmetric) => new(
            new byte[checked(rows * Blocks(width) * BlockBytes(bits))],
            new float[checked(rows * Blocks(width))],
            symmetric ? null : new byte[rows * ZeroBytes(width, bits)]);

        /// <summary>
        /// Enters the scale and zero point of block <paramref name="block"/> of a row of <paramref name="width"/> weights.
        /// </summary>
        public void SetRange(long row, long width, int block, float scale, int zero, int bits)
        {
            Scales[row * Blocks(width) + block] = scale;
            if (Zeros != null)
                Put(Zeros.AsSpan((int)(row * ZeroBytes(width, bits)), (int)ZeroBytes(width, bits)), block, zero, bits);
        }

        /// <summary>Enters the rounded value of one weight.</summary>
        public void SetValue(long row, long width, int column, int value, int bits)
        {
            long at = row * Blocks(width) + column / BlockSize;
            Put(Values.AsSpan((int)(at * BlockBytes(bits)), BlockBytes(bits)), column % BlockSize, value, bits);
        }

        private static void Put(Span<byte> bytes, int i, int value, int bits)
        {
            if (bits == 8)
                bytes[i] = (byte)value;
            else
                bytes[i / 2] |= (byte)(value << (i % 2 * 4));
        }
    }

    public static long Blocks(long width) => (width + BlockSize - 1) / BlockSize;

    public static int BlockBytes(int bits) => BlockSize * bits / 8;

    /// <summary>Bytes of the zero points of a row.</summary>
    public static long ZeroBytes(long width, int bits) => (Blocks(width) * bits + 7) / 8;

    public static Result Quantize(torch.Tensor matrix, int bits, bool symmetric)
    {
        (long rows, long width) = (matrix.shape[0], matrix.shape[1]);
        long blocks = Blocks(width);
        Result result = Result.Empty(rows, width, bits, symmetric);
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

    /// <summary>The dequantized weights.</summary>
    /// <param name="width">K.</param>
    /// <returns>[N, K] float32.</returns>
    public static torch.Tensor Restore(Result rounded, long width, int bits)
    {
        int blocks = (int)Blocks(width);
        int rows = rounded.Scales.Length / blocks;
        int zeroBytes = (int)ZeroBytes(width, bits);
        float[] values = new float[rows * width];
        Parallel.For(0, rows, row =>
        {
            for (int column = 0; column < width; column++)
            {
                int at = row * blocks + column / BlockSize;
                int zero = rounded.Zeros == null ? 1 << (bits - 1) : Value(rounded.Zeros.AsSpan(row * zeroBytes), column / BlockSize, bits);
                int q = Value(rounded.Values.AsSpan(at * BlockBytes(bits)), column % BlockSize, bits);
                values[row * width + column] = rounded.Scales[at] * (q - zero);
            }
        });
        return torch.tensor(values, new[] { rows, width });
    }

    private static int Value(ReadOnlySpan<byte> bytes, int i, int bits) => bits == 8 ? bytes[i] : bytes[i / 2] >> (i % 2 * 4) & 15;

    private static void QuantizeRow(ReadOnlySpan<float> row, long index, int bits, bool symmetric, Result result)
    {
        long blocks = Blocks(row.Length);
        int most = (1 << bits) - 1;
        Span<float> block = stackalloc float[BlockSize];
        for (int b = 0; b < blocks; b++)
        {
            // Zero beyond the row's end.
            block.Clear();
            row[(b * BlockSize)..Math.Min(row.Length, (b + 1) * BlockSize)].CopyTo(block);
            (float scale, int zero) = BlockRange.Fit(block, bits, symmetric);
            result.SetRange(index, row.Length, b, scale, zero, bits);
            for (int i = 0; i < BlockSize; i++)
            {
                float value = scale != 0 ? block[i] / scale : 0;
                result.SetValue(index, row.Length, b * BlockSize + i, Math.Clamp((int)MathF.Round(value) + zero, 0, most), bits);
            }
        }
    }
}
