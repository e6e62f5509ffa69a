using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TraceFast.Synthesis;

/// <summary>The first 128 bits of SHA-256 of a text without its white space and in lower case: equal for texts that differ in nothing else.</summary>
internal static class TextHash
{
    private const int OnStack = 4096;

    public static UInt128 Of(string text)
    {
        Span<char> folded = text.Length <= OnStack ? stackalloc char[text.Length] : new char[text.Length];
        int length = 0;
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c))
                folded[length++] = char.ToLowerInvariant(c);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(folded[..length]), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
