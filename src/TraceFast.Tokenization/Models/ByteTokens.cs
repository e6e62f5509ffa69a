using System.Globalization;
using System.Text;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Models;

/// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, by which byte fallback writes what the vocabulary lacks.</summary>
internal sealed class ByteTokens
{
    // An entry is null where the vocabulary lacks the token.
    private readonly int?[] _ids = new int?[256];

    private ByteTokens(Vocabulary vocabulary)
    {
        for (int b = 0; b < 256; b++)
            _ids[b] = vocabulary.Id(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"));
    }

    public bool AreAllThere => !_ids.Contains(null);

    /// <summary>Null where <c>model.byte_fallback</c> is off.</summary>
    public static ByteTokens? Read(TokenizerFile file, Vocabulary vocabulary) =>
        file.ModelSetting("byte_fallback")?.AsBoolean() ?? false ? new ByteTokens(vocabulary) : null;

    /// <summary>The ids of the UTF-8 bytes of a text, or null where one of them has no token.</summary>
    public int[]? Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        int[] found = new int[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (_ids[bytes[i]] is not { } id)
                return null;
            found[i] = id;
        }
        return found;
    }
}
