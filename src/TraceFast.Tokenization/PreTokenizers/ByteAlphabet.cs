using System.Text;
using TraceFast.Tokenization.Models;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>
/// The byte-level alphabet of GPT-2: each byte is written as one visible character, itself where it is printable Latin-1,
/// else U+0100 and up in order. https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode)
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = MakeCharacters();
    private static readonly short[] s_bytes = MakeBytes();

    /// <summary>The most characters that <paramref name="units"/> UTF-16 units are written as.</summary>
    public static int MaximumLength(int units) => 3 * units;

    /// <summary>Writes the UTF-8 bytes of a text in the alphabet; returns the number of characters.</summary>
    public static int Write(ReadOnlySpan<char> text, Span<char> target)
    {
        int count = 0;
        Span<byte> encoded = stackalloc byte[4];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < 0x80)
            {
                target[count++] = s_characters[text[i]];
                continue;
            }
            Rune.DecodeFromUtf16(text[i..], out Rune rune, out int units);
            int length = rune.EncodeToUtf8(encoded);
            for (int b = 0; b < length; b++)
                target[count++] = s_characters[encoded[b]];
            i += units - 1;
        }
        return count;
    }

    /// <summary>The character that a byte is written as.</summary>
    public static char Character(byte value) => s_characters[value];

    /// <summary>The byte that a character represents, or -1.</summary>
    public static int Byte(char character) => character < s_bytes.Length ? s_bytes[character] : -1;

    /// <summary>Whether a vocabulary has a token for each byte, so that it can write any text.</summary>
    public static bool IsIn(Vocabulary vocabulary) => s_characters.All(c => vocabulary.Id([c]) is not null);

    private static char[] MakeCharacters()
    {
        char[] made = new char[256];
        int next = 0x100;
        for (int b = 0; b < 256; b++)
            made[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)next++;
        return made;
    }

    private static short[] MakeBytes()
    {
        short[] made = new short[0x200];
        Array.Fill(made, (short)-1);
        for (int b = 0; b < 256; b++)
            made[s_characters[b]] = (short)b;
        return made;
    }
}
