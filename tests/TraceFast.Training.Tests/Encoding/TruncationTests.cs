using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Tests.Encoding;

public sealed class TruncationTests
{
    [Theory]
    [InlineData(10, 5, 100, 10, 5)]      // fits
    [InlineData(100, 10, 50, 40, 10)]    // short response: the prompt gives way
    [InlineData(10, 100, 50, 10, 40)]    // short prompt: the response gives way
    [InlineData(92, 76, 96, 53, 43)]     // floor(96 * 76 / 168) = 43
    [InlineData(0, 100, 50, 0, 50)]
    [InlineData(100, 0, 50, 50, 0)]
    public void The_limit_is_shared_as_llama_factory_does(int prompt, int response, int limit, int keptPrompt, int keptResponse) =>
        Assert.Equal((keptPrompt, keptResponse), LengthSplit.Of(prompt, response, limit));

    [Fact]
    public void Rounding_of_the_quotient_can_cost_a_response_one_token_as_there()
    {
        // Where prompt + response = limit exactly, int(limit * (response / limit)) is not always response.
        (int Prompt, int Response)[] shaved =
            [.. Enumerable.Range(4, 200)
                .SelectMany(limit => Enumerable.Range(1, limit - 1).Select(response => (limit - response, response)))
                .Where(s => 2 * s.response >= s.Item1 + s.response && 2 * s.Item1 >= s.Item1 + s.response)
                .Where(s => LengthSplit.Of(s.Item1, s.response, s.Item1 + s.response) != s)];
        // Equal halves divide without rounding.
        Assert.Empty(shaved);
        Assert.Equal((49, 49), LengthSplit.Of(60, 60, 98));
    }

    [Fact]
    public void Lengths_equal_the_published_run_with_cutoff_96()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "published-trainer", "run_d", "truncation.json")));
        int limit = document.RootElement.GetProperty("cutoff_len").GetInt32();
        int records = 0;
        foreach (JsonElement r in document.RootElement.GetProperty("records").EnumerateArray())
        {
            int Of(string name) => r.GetProperty(name).GetInt32();
            Assert.Equal(
                (Of("source_len"), Of("target_len")),
                LengthSplit.Of(Math.Max(Of("len_x1"), Of("len_x2")), Math.Max(Of("len_y1"), Of("len_y2")), limit));
            records++;
        }
        Assert.Equal(24, records);
    }

    [Fact]
    public void Published_cuts_prompts_at_their_end_balanced_at_their_beginning()
    {
        EncodedQuad quad = new(0, [1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11], [12]);
        // Longest prompt 4, longest response 4, limit 6: floor(6 * 4/8) = 3 response tokens, 3 prompt tokens.
        EncodedQuad published = (EncodedQuad)new Truncation(6, KeepsPromptEnd: false).Cut(quad);
        Assert.Equal([1, 2, 3], published.X1);
        Assert.Equal([5, 6, 7], published.Y1);
        Assert.Equal([9, 10, 11], published.X2);
        Assert.Equal([12], published.Y2);
        Assert.Equal([2, 3, 4], ((EncodedQuad)new Truncation(6, KeepsPromptEnd: true).Cut(quad)).X1);
        EncodedPair pair = (EncodedPair)new Truncation(6, KeepsPromptEnd: true).Cut(new EncodedPair(0, [1, 2, 3, 4], [5, 6, 7, 8], [9]));
        Assert.Equal([[2, 3, 4], [5, 6, 7], [9]], new[] { pair.Prompt, pair.Chosen, pair.Rejected });
    }

    [Fact]
    public void A_conversation_is_cut_turn_by_turn()
    {
        EncodedSft conversation = new(
            0, [new RecordPart([1, 2], false),
                new RecordPart([3, 4], true), new RecordPart([5, 6, 7], false), new RecordPart([8, 9, 10], true),
                new RecordPart([11], false),
                new RecordPart([12], true)]);
        // 4 tokens used by the first turn; 4 are left for 3 + 3: 2 and 2; nothing for the third.
        EncodedSft cut = (EncodedSft)new Truncation(8, KeepsPromptEnd: false).Cut(conversation);
        Assert.Equal([[1, 2], [3, 4], [5, 6], [8, 9]], cut.Parts.Select(p => p.Tokens));
        Assert.Equal([false, true, false, true], cut.Parts.Select(p => p.Trained));
    }

    [Fact]
    public void A_limit_that_leaves_nothing_is_an_error() =>
        Assert.Contains(
            "leaves 1 prompt and 0 response tokens",
            Assert.Throws<InputException>(() => new Truncation(1, true).Cut(new EncodedPair(0, [1, 2, 3], [4, 5], [6]))).Message,
            StringComparison.Ordinal);
}
