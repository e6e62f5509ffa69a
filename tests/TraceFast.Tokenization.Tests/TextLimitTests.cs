using System.Text.Json.Nodes;

namespace TraceFast.Tokenization.Tests;

/// <summary>A text is refused untokenized only where it is certain to have more tokens than asked for.</summary>
public sealed class TextLimitTests
{
    [Fact]
    public void A_refused_text_has_more_tokens_than_the_limit_and_no_fewer_than_said()
    {
        Tokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.ByteLevel());
        Random random = new(5);
        string[] parts = ["the ", " the", "abc", "'s", "你", "  ", "\n", "<|end|>", "[tool]", "é"];
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => parts[random.Next(parts.Length)]));
            int[] ids = tokenizer.Encode(text);
            int limit = random.Next(ids.Length + 3);
            try
            {
                Assert.Equal(ids, tokenizer.Encode(text, atMost: limit));
            }
            catch (TextTooLongException e)
            {
                refused++;
                Assert.InRange(e.AtLeast, limit + 1, ids.Length);
                Assert.Throws<TextTooLongException>(() => tokenizer.Encode([(text, true)], limit));
            }
        }
        Assert.InRange(refused, 10, 490);
    }

    [Theory]
    [InlineData("Removed")]
    [InlineData("Isolated")]
    public void A_tokenizer_that_drops_text_refuses_none(string behavior)
    {
        JsonObject json = SmallTokenizer.ByteLevel();
        json["pre_tokenizer"]!["pretokenizers"]!.AsArray().Insert(0, new JsonObject
        {
            ["type"] = "Split", ["pattern"] = new JsonObject { ["String"] = "a" }, ["behavior"] = behavior, ["invert"] = false,
        });
        string text = new('a', 1000);
        if (behavior == "Removed")
            Assert.Empty(SmallTokenizer.Load(json).Encode(text, atMost: 1));
        else
            Assert.Throws<TextTooLongException>(() => SmallTokenizer.Load(json).Encode(text, atMost: 1));
    }
}
