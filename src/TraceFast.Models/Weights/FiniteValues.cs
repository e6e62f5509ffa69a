using System.Numerics;
using System.Runtime.InteropServices;
using TraceFast.Models.Files;

namespace TraceFast.Models.Weights;

/// <summary>
/// Looks for NaN and infinities in weights, without temporaries: a value is not finite when all its exponent bits are set.
/// </summary>
internal static class FiniteValues
{
    private const int ChunkBytes = 1 << 24;

    /// <exception cref="ModelFileException">A value is not finite.</exception>
    public static void Check(torch.Tensor values, string file, string name)
    {
        int size = SafetensorsTypes.Describe(values.dtype).Size;
        using torch.Tensor flat = values.reshape(-1);
        long count = flat.shape[0];
        long perChunk = ChunkBytes / size;
        for (long at = 0; at < count; at += perChunk)
        {
            using torch.Tensor chunk = flat.narrow(0, at, Math.Min(perChunk, count - at));
            Span<byte> bytes = chunk.bytes;
            bool bad = values.dtype switch
            {
                torch.ScalarType.Float64 => AnyHasAll(MemoryMarshal.Cast<byte, ulong>(bytes), 0x7FF0_0000_0000_0000UL),
                torch.ScalarType.Float32 => AnyHasAll(MemoryMarshal.Cast<byte, uint>(bytes), 0x7F80_0000U),
                torch.ScalarType.BFloat16 => AnyHasAll(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7F80),
                torch.ScalarType.Float16 => AnyHasAll(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7C00),
                _ => false,
            };
            if (bad)
                throw new ModelFileException(
                    file, $"tensor {ModelFileException.Quote(name)} holds NaN or an infinity; expected finite weights");
        }
    }

    private static bool AnyHasAll<T>(ReadOnlySpan<T> values, T bits)
        where T : unmanaged, IBinaryInteger<T>
    {
        Vector<T> mask = new(bits);
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(values[i..]) & mask, mask))
                return true;
        }

        for (; i < values.Length; i++)
        {
            if ((values[i] & bits) == bits)
                return true;
        }

        return false;
    }
}
