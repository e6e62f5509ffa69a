namespace TraceFast.Tokenization.Patterns;

/// <summary>A non-empty string, matched as it is.</summary>
internal sealed class LiteralPattern(string literal) : IPattern
{
    public void FindMatches(ReadOnlySpan<char> text, List<PieceSpan> spans)
    {
        int done = 0;
        while (text[done..].IndexOf(literal) is >= 0 and int offset)
        {
            int start = done + offset;
            if (offset > 0)
                spans.Add(new PieceSpan(done, start, false));
            done = start + literal.Length;
            spans.Add(new PieceSpan(start, done, true));
        }
        if (done < text.Length || text.IsEmpty)
            spans.Add(new PieceSpan(done, text.Length, false));
    }
}
