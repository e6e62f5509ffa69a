using TraceFast.Data;

namespace TraceFast.Tokenization.Patterns;

/// <summary>A stretch of a text, in UTF-16 units, and whether the pattern matched it.</summary>
internal readonly record struct PieceSpan(int Start, int End, bool IsMatch);

/// <summary>Something that finds matches in a text.</summary>
internal interface IPattern
{
    /// <summary>
    /// Appends the matches and the stretches between them, in order; together they cover the text. Matches may be empty,
    /// stretches between them are not, but for the empty text, which is one stretch without a match.
    /// </summary>
    /// <exception cref="Data.InputException">Matching this text needs more steps than are allowed.</exception>
    void FindMatches(ReadOnlySpan<char> text, List<PieceSpan> spans);
}
