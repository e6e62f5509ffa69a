using System.Text;

namespace TraceFast.Tokenization.Patterns;

/// <summary>Each code point of a class is one match.</summary>
internal sealed class CodePointPattern(Func<int, bool> isMatch) : IPattern
{
    public void FindMatches(ReadOnlySpan<char> text, List<PieceSpan> spans)
    {
        int done = 0;
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int end = at + rune.Utf16SequenceLength;
            if (isMatch(rune.Value))
            {
                if (done < at)
                    spans.Add(new PieceSpan(done, at, false));
                spans.Add(new PieceSpan(at, end, true));
                done = end;
            }
            at = end;
        }
        if (done < text.Length || text.IsEmpty)
            spans.Add(new PieceSpan(done, text.Length, false));
    }
}
