using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>
/// GPT-2's splitting. The pieces are still text: writing them in the byte-level alphabet is left to
/// <see cref="ByteMapping"/>, or to the encoder where nothing follows.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    public bool KeepsText => true;

    public bool Rewrites => addPrefixSpace;

    // https://github.com/openai/gpt-2/blob/master/src/encoder.py
    private static readonly RegexPattern gpt2 =
        new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    public void Split(Piece piece, List<Piece> parts)
    {
        if (addPrefixSpace && !piece.Span.StartsWith(' '))
        {
            string text = " " + piece.Span.ToString();
            piece = new Piece(text, 0, text.Length, piece.AtStart ? piece.OriginSpan.Length + 1 : 0);
        }
        if (useRegex)
            SplitBehavior.Isolated.Apply(gpt2, invert: false, piece, parts);
        else
            parts.Add(piece);
    }
}

/// <summary>Writes pieces in the byte-level alphabet.</summary>
internal sealed class ByteMapping : IPreTokenizer
{
    public bool KeepsText => true;

    public bool Rewrites => true;

    public void Split(Piece piece, List<Piece> parts)
    {
        char[] mapped = new char[ByteAlphabet.MaximumLength(piece.Length)];
        int length = ByteAlphabet.Write(piece.Span, mapped);
        int origin = System.Text.Encoding.UTF8.GetByteCount(piece.OriginSpan);
        parts.Add(new Piece(new string(mapped, 0, length), 0, length, origin));
    }
}
