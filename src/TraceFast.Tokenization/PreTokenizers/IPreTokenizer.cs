namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>
/// A pre-token: a stretch of a text. The first <paramref name="Origin"/> UTF-16 units of <paramref name="Text"/> stem from
/// the first character of the encoded text.
/// </summary>
internal readonly record struct Piece(string Text, int Start, int Length, int Origin)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>The piece starts with the first character of the encoded text, or with what was put before it.</summary>
    public bool AtStart => Start < Origin;

    /// <summary>How much of the piece stems from the first character of the encoded text.</summary>
    public ReadOnlySpan<char> OriginSpan => Span[..Math.Clamp(Origin - Start, 0, Length)];
}

/// <summary>Splits a pre-token into smaller ones, and may rewrite them.</summary>
internal interface IPreTokenizer
{
    /// <summary>No character of a text is left out of all its parts.</summary>
    bool KeepsText { get; }

    /// <summary>A part may hold other text than the stretch of the piece that it stems from.</summary>
    bool Rewrites { get; }

    /// <summary>Appends the parts of a piece to <paramref name="parts"/>; empty parts are left out.</summary>
    void Split(Piece piece, List<Piece> parts);
}
