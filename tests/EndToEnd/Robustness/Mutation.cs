using System.Buffers.Binary;
using System.Text;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Seeded damage to a file: what an incomplete download, a bad disk or a hostile author makes of it. The same seed gives the
/// same bytes on any machine.
/// </summary>
internal static class Mutation
{
    /// <summary>Byte sequences that have broken parsers before: invalid UTF-8, NUL, huge numbers, deep nesting, odd escapes.</summary>
    private static readonly byte[][] s_hostile =
    [
        [0xff, 0xfe, 0xfd],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
        [0x00],
        [0xef, 0xbb, 0xbf],
        .. new[]
        {
            "1e999", "-1", "9223372036854775808", "18446744073709551615", "0x10", "NaN", "Infinity", "null", "[]", "{}", "\"\"",
            "\\ud800", "\\u0000", "\"\\uDC00\"", "/*", "&a [*a,*a]", "!!binary x", "\t", "{\"a\":{\"a\":{\"a\":", "[[[[[[[[", "}}}}",
            "]]]]", "true", "1.5", "%", ": :", "- - -",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>One mutated copy of <paramref name="original"/>; <paramref name="description"/> says what was done.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> original, int seed, out string description)
    {
        Random random = new(seed);
        byte[] bytes = original.ToArray();
        switch (random.Next(8))
        {
            case 0:
                int kept = random.Next(bytes.Length + 1);
                description = $"cut to {kept} bytes";
                return bytes[..kept];
            case 1:
                int flips = random.Next(1, 9);
                for (int i = 0; i < flips && bytes.Length > 0; i++)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                description = $"{flips} bits flipped";
                return bytes;
            case 2:
                byte[] hostile = s_hostile[random.Next(s_hostile.Length)];
                int at = random.Next(bytes.Length + 1);
                description = $"{Convert.ToHexString(hostile)} inserted at {at}";
                return [.. bytes[..at], .. hostile, .. bytes[at..]];
            case 3:
                (int from, int length) = Slice(random, bytes.Length);
                description = $"{length} bytes removed at {from}";
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 4:
                (from, length) = Slice(random, bytes.Length);
                description = $"{length} bytes at {from} repeated";
                return [.. bytes[..(from + length)], .. bytes[from..]];
            case 5:
                hostile = s_hostile[random.Next(s_hostile.Length)];
                (from, length) = Slice(random, bytes.Length);
                description = $"{length} bytes at {from} replaced by {Convert.ToHexString(hostile)}";
                return [.. bytes[..from], .. hostile, .. bytes[(from + length)..]];
            case 6:
                int depth = random.Next(100, 5000);
                at = random.Next(bytes.Length + 1);
                description = $"{depth} brackets opened at {at}";
                return [.. bytes[..at], .. Enumerable.Repeat((byte)(random.Next(2) == 0 ? '[' : '{'), depth), .. bytes[at..]];
            default:
                description = "first eight bytes replaced by a huge length";
                if (bytes.Length >= 8)
                    BinaryPrimitives.WriteUInt64LittleEndian(
                        bytes, random.Next(3) switch { 0 => 1UL << 63, 1 => ulong.MaxValue, _ => (ulong)random.NextInt64() });
                return bytes;
        }
    }

    private static (int From, int Length) Slice(Random random, int total)
    {
        int from = random.Next(total + 1);
        return (from, Math.Min(random.Next(1, 64), total - from));
    }
}
