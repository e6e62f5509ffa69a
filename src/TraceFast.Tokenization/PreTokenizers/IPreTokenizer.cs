namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>A pre-token: a stretch of a text. <see cref="AtStart"/>: it starts where the encoded text starts.</summary>
internal readonly record struct Piece(string Text, int Start, int Length, bool AtStart)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);
}

/// <summary>Splits a pre-token into smaller ones, and may rewrite them.</summary>
internal interface IPreTokenizer
{
    /// <summary>Appends the parts of a piece to <paramref name="parts"/>; empty parts are left out.</summary>
    void Split(Piece piece, List<Piece> parts);
}
