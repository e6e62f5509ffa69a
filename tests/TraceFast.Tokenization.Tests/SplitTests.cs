using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Tests;

public class SplitTests
{
    [Theory]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void Behaviors(string behavior, string expected)
    {
        List<Piece> parts = new();
        Enum.Parse<SplitBehavior>(behavior)
            .Apply(new LiteralPattern("-"), invert: false, new Piece("xthe-final--countdown", 1, 20, 2), parts);
        Assert.Equal(expected, string.Join('|', parts.Select(p => p.Span.ToString())));
        Assert.Equal([true, .. parts.Skip(1).Select(_ => false)], parts.Select(p => p.AtStart));
    }

    [Fact]
    public void Inverted_matches_are_what_is_kept()
    {
        List<Piece> parts = new();
        SplitBehavior.Removed.Apply(new LiteralPattern("ab"), invert: true, new Piece("xabyab", 0, 6, 0), parts);
        Assert.Equal(["ab", "ab"], parts.Select(p => p.Span.ToString()));
    }
}
