namespace TraceFast.Benchmarks.Gpu;

/// <summary>What an array on the device holds.</summary>
internal enum Element
{
    BFloat16,
    Float32,
    Float64,
    Int32,
    Int64,
}

internal static class Elements
{
    public static int Size(this Element element) => element switch
    {
        Element.BFloat16 => 2,
        Element.Float32 or Element.Int32 => 4,
        _ => 8,
    };

    /// <summary>The end of a kernel's name.</summary>
    public static string Suffix(this Element element) => element switch
    {
        Element.BFloat16 => "bf16",
        Element.Float32 => "f32",
        _ => "f64",
    };

    /// <summary>The dtype that a kernel computes in.</summary>
    public static Element Accumulation(this Element element) => element == Element.Float64 ? Element.Float64 : Element.Float32;

    /// <summary>
    /// The error allowed to a result of this dtype, relative to its size: two roundings of bfloat16 (a norm's factor and product), sums of
    /// a thousand terms and 2^x to 2 ulp in float32, the own exponentials in float64.
    /// </summary>
    public static double Tolerance(this Element element) => element switch
    {
        Element.BFloat16 => 1.0 / 128,
        Element.Float32 => 2e-5,
        _ => 1e-11,
    };

    /// <summary>Bytes of values, rounded to nearest even where the dtype is narrower.</summary>
    public static byte[] Encode(this Element element, ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * element.Size()];
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> at = bytes.AsSpan(i * element.Size());
            _ = element switch
            {
                Element.BFloat16 => BitConverter.TryWriteBytes(at, RoundToBFloat16((float)values[i])),
                Element.Float32 => BitConverter.TryWriteBytes(at, (float)values[i]),
                Element.Float64 => BitConverter.TryWriteBytes(at, values[i]),
                Element.Int32 => BitConverter.TryWriteBytes(at, (int)values[i]),
                _ => BitConverter.TryWriteBytes(at, (long)values[i]),
            };
        }
        return bytes;
    }

    public static double[] Decode(this Element element, ReadOnlySpan<byte> bytes)
    {
        double[] values = new double[bytes.Length / element.Size()];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = bytes[(i * element.Size())..];
            values[i] = element switch
            {
                Element.BFloat16 => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(at) << 16),
                Element.Float32 => BitConverter.ToSingle(at),
                Element.Float64 => BitConverter.ToDouble(at),
                Element.Int32 => BitConverter.ToInt32(at),
                _ => BitConverter.ToInt64(at),
            };
        }
        return values;
    }

    private static ushort RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
