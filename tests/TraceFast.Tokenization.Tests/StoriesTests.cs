using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.Tokenization.Tests;

/// <summary>SentencePiece-style BPE: Prepend and Replace normalizers, byte fallback, fused unknown tokens.</summary>
public class StoriesTests
{
    private const string Story = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her "
        + "friends. One day, she saw a big dog.";

    [Fact]
    public void Stories260k_gives_the_reference_ids()
    {
        int[] expected = JsonSerializer.Deserialize<int[]>(
            File.ReadAllText(Oracles.Require("models", "stories260k", "expected_ids.json")))!;
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("models", "stories260k"));
        Assert.Equal(expected, tokenizer.Encode("<s>" + Story));
        Assert.Equal(expected[1..], tokenizer.Encode(Story));
        Assert.Equal(Story, tokenizer.Decode(expected, skipSpecial: true));
    }

    [Fact]
    public void Characters_outside_the_vocabulary_become_bytes()
    {
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("models", "stories260k"));
        int[] ids = tokenizer.Encode("☃你");
        Assert.Equal(["▁", "<0xE2>", "<0x98>", "<0x83>", "<0xE4>", "<0xBD>", "<0xA0>"], ids.Select(i => tokenizer.IdToToken(i)));
        Assert.Equal("☃你", tokenizer.Decode(ids));
        Assert.Equal("\uFFFD\uFFFD", tokenizer.Decode(ids.AsSpan(4, 2)));
    }

    [Fact]
    public void Story656k_puts_its_start_token_before_a_text()
    {
        Tokenizer tokenizer = Tokenizer.Load(Oracles.Require("models", "story-656k"));
        int[] ids = tokenizer.Encode(Story, addSpecialTokens: true);
        Assert.Equal(1, ids[0]);
        Assert.Equal(tokenizer.Encode(Story), ids[1..]);
        Assert.Equal(Story, tokenizer.Decode(ids, skipSpecial: true));
        Assert.Contains(2, tokenizer.Encode(Story + " <|end_story|>"));
    }
}
