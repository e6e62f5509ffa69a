using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>Splits at the matches of a pattern: Split, Digits, Punctuation, Whitespace and WhitespaceSplit are all this.</summary>
internal sealed class SplitPreTokenizer(IPattern pattern, SplitBehavior behavior, bool invert = false) : IPreTokenizer
{
    public bool KeepsText => behavior != SplitBehavior.Removed;

    public bool Rewrites => false;

    public void Split(Piece piece, List<Piece> parts) => behavior.Apply(pattern, invert, piece, parts);
}
