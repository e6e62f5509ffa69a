using System.Text;
using TraceFast.Tests;

namespace TraceFast.Tokenization.Tests;

public class RoundTripTests
{
    [Fact]
    public void Byte_level_decoding_gives_any_text_back()
    {
        System.Text.Json.Nodes.JsonObject json = SmallTokenizer.ByteLevel();
        json["normalizer"] = null;
        Tokenizer tokenizer = SmallTokenizer.Load(json);
        Random random = new(1);
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, specialAsPlain: true)));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: true))["<|start|>".Length..]);
        }
    }

    [Fact]
    public void A_real_tokenizer_gives_any_text_back()
    {
        // Not smollm: its vocabulary lacks the lead bytes of rare planes, which the library leaves out too.
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("tokenizers", "llama3"));
        Random random = new(2);
        for (int i = 0; i < 1000; i++)
        {
            string text = RandomText(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Text_that_spells_a_special_token_stays_text_on_request()
    {
        Tokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.ByteLevel());
        const string text = "a<|end|>b[tool]";
        int end = tokenizer.TokenToId("<|end|>")!.Value;
        int tool = tokenizer.TokenToId("[tool]")!.Value;
        Assert.Contains(end, tokenizer.Encode(text));
        Assert.DoesNotContain(end, tokenizer.Encode(text, specialAsPlain: true));
        Assert.Contains(tool, tokenizer.Encode(text, specialAsPlain: true));
        Assert.Equal("ab[tool]", tokenizer.Decode(tokenizer.Encode(text), skipSpecial: true));
        Assert.Equal(new HashSet<int> { tokenizer.TokenToId("<|start|>")!.Value, end }, tokenizer.SpecialIds);
        Assert.Equal("<|end|>", tokenizer.IdToToken(end));
        Assert.Equal(256 + 9 + 3, tokenizer.VocabularySize);
        Assert.Null(tokenizer.IdToToken(100_000));
        Assert.Equal("", tokenizer.Decode([100_000]));
    }

    [Fact]
    public void Threads_share_a_tokenizer()
    {
        Tokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.ByteLevel());
        Random random = new(3);
        string[] texts = [.. Enumerable.Range(0, 200).Select(_ => RandomText(random))];
        int[][] alone = [.. texts.Select(t => SmallTokenizer.Load(SmallTokenizer.ByteLevel()).Encode(t))];
        Parallel.For(0, 2000, i => Assert.Equal(alone[i % 200], tokenizer.Encode(texts[i % 200])));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_an_input_error()
    {
        Tokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.ByteLevel());
        foreach (string text in new[] { "a\uD800", "\uDC00b", "\uD800\uD800\uDC00" })
            Assert.Contains(
                "surrogate", Assert.Throws<Data.InputException>(() => tokenizer.Encode(text)).Message, StringComparison.Ordinal);
        Assert.Throws<Data.InputException>(() => tokenizer.Decode([-1]));
        Assert.Empty(tokenizer.Encode(""));
        Assert.Equal("", tokenizer.Decode([]));
    }

    internal static string RandomText(Random random)
    {
        StringBuilder text = new();
        int length = random.Next(40);
        for (int i = 0; i < length; i++)
        {
            int codePoint = random.Next(8) switch
            {
                0 => random.Next(0x110000),
                1 => random.Next(0x3000),
                2 => 0x4E00 + random.Next(0x5000),
                3 => ' ',
                4 => random.Next(0x80),
                _ => "the abc'S\r\n 12"[random.Next(14)],
            };
            if (Rune.IsValid(codePoint))
                text.Append(new Rune(codePoint));
        }
        return text.ToString();
    }
}
