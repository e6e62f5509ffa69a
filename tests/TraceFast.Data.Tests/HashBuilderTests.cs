using System.Security.Cryptography;

namespace TraceFast.Data.Tests;

public sealed class HashBuilderTests
{
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Hashes_are_the_published_ones()
    {
        using HashBuilder hash = new();
        Assert.Equal(OfAbc, HashBuilder.HexOf("abc"));
        Assert.Equal(OfAbc, HashBuilder.HexOf(new MemoryStream("abc"u8.ToArray())));
        Assert.Equal(OfAbc, hash.Add("ab").Add("c"u8).ToHex());
        Assert.Equal(OfAbc[..32], hash.Add("abc").ToUInt128().ToString("x32", null));
    }

    [Fact]
    public void Counted_parts_are_their_length_and_their_bytes()
    {
        using HashBuilder hash = new();
        byte[] bytes = [3, 0, 0, 0, (byte)'a', 0xC3, 0xA9, 2, 0, 0, 0, 7, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 5, 0, 0, 0];
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(bytes)), hash.AddCounted("a\u00E9").AddCounted([7, -1]).Add(5).ToHex());
        Assert.NotEqual(hash.AddCounted("ab").AddCounted("c").ToHex(), hash.AddCounted("a").AddCounted("bc").ToHex());
    }
}
