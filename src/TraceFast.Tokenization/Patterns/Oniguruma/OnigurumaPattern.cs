namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// A regular expression in Oniguruma's syntax, matched over code points. .NET's own engine is not used because it works on
/// UTF-16 units (there \p{L} matches no letter beyond the basic plane), knows other syntax, and cannot bound its work.
/// </summary>
internal sealed class OnigurumaPattern : IPattern
{
    private readonly RegexProgram program;

    /// <exception cref="RegexSyntaxException">The pattern is malformed, or uses a construct that is not supported.</exception>
    public OnigurumaPattern(string pattern) => program = RegexCompiler.Compile(RegexParser.Parse(pattern));

    public void FindMatches(ReadOnlySpan<char> text, List<Stretch> spans)
    {
        if (text.IsEmpty)
        {
            spans.Add(new Stretch(0, 0, false));
            return;
        }
        var matcher = new RegexMatcher(program, text);
        int done = 0;
        int from = 0;
        int lastMatchEnd = -1;
        while (from <= text.Length && matcher.Find(from) is { } match)
        {
            (int start, int end) = match;
            // No empty match right after a match.
            if (start == end && lastMatchEnd == end)
            {
                from = end + matcher.UnitsAt(end);
                continue;
            }
            from = end;
            lastMatchEnd = end;
            if (done < start)
                spans.Add(new Stretch(done, start, false));
            spans.Add(new Stretch(start, end, true));
            done = end;
        }
        if (done < text.Length)
            spans.Add(new Stretch(done, text.Length, false));
    }
}
