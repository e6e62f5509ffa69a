using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TraceFast.Data;

/// <summary>SHA-256 of parts, one after the other. Counted parts have their length before them, so that "ab", "c" and "a", "bc" differ.</summary>
public sealed class HashBuilder : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>64 lower-case hexadecimal digits of the hash of one text in UTF-8.</summary>
    public static string HexOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The same of a stream, from its position to its end.</summary>
    public static string HexOf(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));

    public HashBuilder Add(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>A text in UTF-8.</summary>
    public HashBuilder Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    /// <summary>Four bytes, little-endian.</summary>
    public HashBuilder Add(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Add(bytes);
    }

    /// <summary>A text in UTF-8 after its number of bytes.</summary>
    public HashBuilder AddCounted(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Add(bytes.Length).Add(bytes);
    }

    /// <summary>Numbers after how many they are.</summary>
    public HashBuilder AddCounted(int[] numbers) => Add(numbers.Length).Add(MemoryMarshal.AsBytes(numbers.AsSpan()));

    /// <summary>The hash as 64 lower-case hexadecimal digits; the builder is empty then.</summary>
    public string ToHex() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>The first 128 bits of the hash; the builder is empty then.</summary>
    public UInt128 ToUInt128() => BinaryPrimitives.ReadUInt128BigEndian(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
