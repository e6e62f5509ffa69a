using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.Patterns.Oniguruma;

namespace TraceFast.Tokenization.Tests;

/// <summary>The matcher, where it differs from .NET's: code points, Oniguruma's syntax, and refusals.</summary>
public class RegexTests
{
    [Theory]
    [InlineData(@"\p{L}+", "a𝐀𐐨é你 1", "a𝐀𐐨é你")]
    [InlineData(@".", "𝐀b", "𝐀|b")]
    [InlineData(@"[^a]", "a👍a", "👍")]
    [InlineData(@"[𐀀-𐿿]", "𐐀", "𐐀")]
    [InlineData(@"(?i:'s|'t)", "it'ſ DON'T", "'ſ|'T")]
    [InlineData(@"\h+", "xyzBEEF", "BEEF")]
    [InlineData(@"^.", "a\nb", "a|b")]
    [InlineData(@".$", "a\nb", "a|b")]
    [InlineData(@"\A.|.\z", "ab\ncd", "a|d")]
    [InlineData(@"a++a|b", "aab", "b")]
    [InlineData(@"a{2}+", "aaaaa", "aaaa")]
    [InlineData(@"a{,2}b", "aaab", "aab")]
    [InlineData(@"x{a}", "x{a}", "x{a}")]
    [InlineData(@"(?>a+)ab|c", "aabc", "c")]
    [InlineData(@"[a-z&&[^aeiou]]+", "abcde", "bcd")]
    [InlineData(@"[[:punct:]]+", "a!?+€", "!?+€")]
    [InlineData(@"\p{Han}+", "ab漢字𠀀か", "漢字𠀀")]
    [InlineData(@"\p{^L}|\P{^Lu}", "aB1", "B|1")]
    [InlineData(@"\w+", "a²_½ ⅷ‿", "a²_½|ⅷ‿")]
    [InlineData(@"[\w]+", "a²_½", "a|_")]
    [InlineData(@"(?<=\p{Lu})b|(?<!a)c", "AbabcaCc", "b|c|c")]
    [InlineData(@"a(?i)b|c", "aBaCabc", "aB|aC|ab")]
    [InlineData(@"(?m:a.b)", "a\nb", "a\nb")]
    [InlineData(@"(?<word>c)at", "cat", "cat")]
    [InlineData(@"\x{4F60}\u597D\x41\t", "你好A\t", "你好A\t")]
    [InlineData(@"\R", "a\r\nb\n", "\r\n|\n")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "  | |  ")]
    [InlineData(@"(?:a|b*)*c?", "abac", "abac")]
    [InlineData(@"a*?b", "aab", "aab")]
    [InlineData(@"\bab\b|\Bc", "ab abc", "ab|c")]
    public void Matches_are(string pattern, string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', Find(pattern, text).Where(m => m.Length > 0)));
    }

    [Fact]
    public void Empty_matches_part_the_characters()
    {
        var spans = new List<Stretch>();
        MatchingBudget.Renew(3);
        new OnigurumaPattern("").FindMatches("a𝐀", spans);
        Assert.Equal([new(0, 0, true), new(0, 1, false), new(1, 1, true), new(1, 3, false), new(3, 3, true)], spans);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("a)")]
    [InlineData("[")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("[b-a]")]
    [InlineData("*")]
    [InlineData("a{3,2}")]
    [InlineData("a{999999}")]
    [InlineData(@"\")]
    [InlineData(@"\p{Klingon}")]
    [InlineData(@"\p{")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"\uD800")]
    [InlineData(@"(a)\1")]
    [InlineData(@"\k<a>")]
    [InlineData("(?<=a*)b")]
    [InlineData("(?x)a")]
    [InlineData("(?'a'b)")]
    [InlineData("(?~a)")]
    [InlineData("(?i)ss")]
    [InlineData("[[:alpha:]]")]
    [InlineData("((ab){1000}){1000}")]
    [InlineData("a*******************")]
    public void Malformed_and_unsupported_patterns_are_refused(string pattern) =>
        Assert.NotEmpty(Assert.Throws<RegexSyntaxException>(() => new OnigurumaPattern(pattern)).Message);

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        foreach (string open in new[] { "(", "[", "(?:", "(?=", "(?<=" })
            Assert.Throws<RegexSyntaxException>(() => new OnigurumaPattern(string.Concat(Enumerable.Repeat(open, 4000))));
        string intersections = "[a" + string.Concat(Enumerable.Repeat("&&a", 5000)) + "]";
        Assert.Equal(["a"], Find(intersections, "ab").Where(m => m.Length > 0));
    }

    /// <summary>On texts of the basic plane and patterns whose syntax agrees, .NET's engine has to give the same matches.</summary>
    [Fact]
    public void Random_patterns_agree_with_the_frameworks_engine()
    {
        var random = new Random(5);
        int compared = 0;
        for (int i = 0; i < 4000; i++)
        {
            string pattern = RandomPattern(random, 3);
            string text = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => "abc1 "[random.Next(5)])]);
            string[] expected = [.. System.Text.RegularExpressions.Regex.Matches(text, pattern).Select(m => $"{m.Index}+{m.Length}")];
            var spans = new List<Stretch>();
            MatchingBudget.Renew(text.Length);
            new OnigurumaPattern(pattern).FindMatches(text, spans);
            // The library takes no empty match right after a match; .NET does.
            string[] actual = [.. spans.Where(s => s.IsMatch && s.End > s.Start).Select(s => $"{s.Start}+{s.End - s.Start}")];
            expected = [.. expected.Where(e => !e.EndsWith("+0", StringComparison.Ordinal))];
            Assert.True(expected.SequenceEqual(actual), $"{pattern} on \"{text}\": expected {string.Join(' ', expected)}, found {string.Join(' ', actual)}");
            compared += expected.Length;
        }
        Assert.True(compared > 1000, $"{compared} matches");
    }

    private static string RandomPattern(Random random, int depth)
    {
        string Inner() => RandomPattern(random, depth - 1);
        if (depth == 0)
            return new[] { "a", "b", "c", "[ab]", "[^a]", @"\d", @"\s", ".", @"\w" }[random.Next(9)];
        return random.Next(12) switch
        {
            0 => $"(?:{Inner()}|{Inner()})",
            1 => $"(?:{Inner()})*",
            2 => $"(?:{Inner()})+",
            3 => $"(?:{Inner()})?",
            4 => $"(?:{Inner()}){{1,2}}",
            5 => $"(?:{Inner()})*?",
            6 => $"(?>{Inner()})",
            7 => $"(?={Inner()})",
            8 => $"(?!{Inner()})",
            9 => $"(?<={RandomPattern(random, 0)})",
            _ => Inner() + Inner(),
        };
    }

    private static IEnumerable<string> Find(string pattern, string text)
    {
        var spans = new List<Stretch>();
        MatchingBudget.Renew(text.Length);
        new OnigurumaPattern(pattern).FindMatches(text, spans);
        return spans.Where(s => s.IsMatch).Select(s => text[s.Start..s.End]);
    }
}
