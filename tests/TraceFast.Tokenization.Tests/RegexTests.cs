#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json.Nodes;
using TraceFast.Data.CodePoints;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Tests;

/// <summary>Oniguruma's regular expressions on .NET's engine: code points, syntax, refusals; random texts against the library.</summary>
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
    [InlineData(@"b\Z|\Aa", "ab\n", "a|b")]
    [InlineData(@"\Ga", "aaba", "a|a")]
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
        List<PieceSpan> spans = new();
        MatchingBudget.Renew(3);
        new RegexPattern("").FindMatches("a𝐀", spans);
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
    [InlineData("a*******************")]
    public void Malformed_and_unsupported_patterns_are_refused(string pattern) =>
        Assert.NotEmpty(Assert.Throws<RegexSyntaxException>(() => new RegexPattern(pattern)).Message);

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        foreach (string open in new[] { "(", "[", "(?:", "(?=", "(?<=" })
            Assert.Throws<RegexSyntaxException>(() => new RegexPattern(string.Concat(Enumerable.Repeat(open, 4000))));
        string intersections = "[a" + string.Concat(Enumerable.Repeat("&&a", 5000)) + "]";
        Assert.Equal(["a"], Find(intersections, "ab").Where(m => m.Length > 0));
    }

    /// <summary>The patterns of known tokenizers, and classes that they do not have.</summary>
    public static TheoryData<string> KnownPatterns =>
    [
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n"
            + "]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
        @"[一-龥\u3040-ゟ゠-ヿ]+",
        @" ?[^(\s|[.,!?…。，、।۔،])]+",
        @"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+|\p{N}{1,3}",
        @"[0-9][0-9][0-9]", @"\w+|[^\w\s]", @"[\w]+", @"\b", @"\B", @"(?i:[a-zß-ö\x{10400}-\x{10410}]+)", @"[😀-🙏]|[𐐀-𐐧]",
        @"[[:punct:]]+", @"[\p{Katakana}\p{Hiragana}]",
        @"(?i)µ|ω|å|ǆ", @"\R", @".", @"^.", @".$", @"[^\p{L}\x{20000}-\x{2A6DF}]", @"\p{^Lu}\p{Cn}?",
    ];

    [Theory]
    [MemberData(nameof(KnownPatterns))]
    public void Splits_are_the_librarys(string pattern)
    {
        using SplitLibrary library = new(pattern);
        RandomText texts = new(3);
        List<string> wrong = library.Differences(Enumerable.Range(0, 500).Select(_ => texts.Next()));
        Assert.True(wrong.Count == 0, $"{wrong.Count} of 500:\n{string.Join('\n', wrong.Take(5))}");
    }

    [Fact]
    public void Random_patterns_split_as_the_library_does()
    {
        Random random = new(5);
        List<string> wrong = new();
        int compared = 0;
        while (compared < 4000)
        {
            string pattern = RandomPattern(random, 3);
            try
            {
                using SplitLibrary library = new(pattern);
                wrong.AddRange(library.Differences(Enumerable.Range(0, 40)
                    .Select(_ =>
                        string.Concat(
                            Enumerable.Range(0, random.Next(12))
                                .Select(_ => new[] { "a", "b", "c", "1", " ", "𝐀", "é", "\n" }[random.Next(8)])))));
                compared += 40;
            }
            catch (Tokenizers.DotNet.TokenizerException e) when (e.Message.Contains(
                "target of repeat operator is invalid", StringComparison.Ordinal))
            {
                // It takes no repeated look-ahead.
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of 4000:\n{string.Join('\n', wrong.Take(5))}");
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
        List<PieceSpan> spans = new();
        MatchingBudget.Renew(text.Length);
        new RegexPattern(pattern).FindMatches(text, spans);
        return spans.Where(s => s.IsMatch).Select(s => text[s.Start..s.End]);
    }

    /// <summary>A tokenizer whose ids tell where a pattern splits: each byte is a token, with another one at the end of a piece.</summary>
    private sealed class SplitLibrary : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly string _pattern;
        private readonly Tokenizer _own;
        private readonly RustLibrary _library;

        public SplitLibrary(string pattern)
        {
            _pattern = pattern;
            JsonObject json = SmallTokenizer.ByteLevel();
            json["normalizer"] = json["post_processor"] = json["decoder"] = null;
            json["added_tokens"] = new JsonArray();
            JsonNode split = json["pre_tokenizer"]!["pretokenizers"]![0]!;
            split["pattern"] = new JsonObject { ["Regex"] = pattern };
            JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
            string[] bytes = [.. vocabulary.Take(256).Select(v => v.Key)];
            vocabulary.Clear();
            foreach (string symbol in bytes.Concat(bytes.Select(b => b + "</w>")))
                vocabulary[symbol] = vocabulary.Count;
            json["model"]!["merges"] = new JsonArray();
            json["model"]!["end_of_word_suffix"] = "</w>";
            string path = _folder.Write("tokenizer.json", json.Json());
            _own = Tokenizer.Load(path);
            _library = new RustLibrary(path);
        }

        public List<string> Differences(IEnumerable<string> texts) =>
        [
            .. from text in texts
               let expected = string.Join(' ', _library.Encode(text))
               let found = string.Join(' ', _own.Encode(text))
               where expected != found
               select $"{_pattern} on {System.Text.Json.JsonSerializer.Serialize(text)}: expected {expected}, found {found}",
        ];

        public void Dispose()
        {
            _library.Dispose();
            _folder.Dispose();
        }
    }
}
