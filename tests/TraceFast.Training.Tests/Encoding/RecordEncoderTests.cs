using TraceFast.Data;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Tests.Encoding;

/// <summary>Records of ready ids: limits, labels, counts and errors, without a tokenizer.</summary>
public sealed class RecordEncoderTests
{
    private static readonly EncodingOptions s_plain = new(100);

    [Fact]
    public void Ready_ids_are_kept_as_they_are_and_only_responses_are_labels()
    {
        EncodedSet sft = EncodedSet.Of(null, s_plain, [new SftIdsRecord(At(1), [1, 2], [3])]);
        Assert.Equal(RecordLayout.Sft, sft.Layout);
        Assert.Equal([false, true], Assert.IsType<EncodedSft>(sft.Records[0]).Parts.Select(p => p.Trained));
        EncodedSet all = EncodedSet.Of(null, s_plain with { TrainOnPrompt = true }, [new SftIdsRecord(At(1), [1, 2], [3])]);
        Assert.Equal(2, RecordSequences.LabelCount(all.Records[0], SequenceRole.Sft));
        EncodedSet quads = EncodedSet.Of(null, s_plain, [Quad(1, 3, 2), Quad(2, 4, 5)]);
        Assert.Equal(RecordLayout.Quad, quads.Layout);
        Assert.Equal([0, 1], quads.Records.Select(r => r.Index));
        Assert.Equal([1, 2], quads.Origins.Select(o => o.Line));
        Assert.Equal(
            (2, 0, 0, 0, 28L, 9),
            (quads.Report.Records, quads.Report.Dropped, quads.Report.Truncated, quads.Report.Bad, quads.Report.Tokens,
                quads.Report.Longest));
    }

    [Fact]
    public void An_over_long_record_names_its_line_its_length_the_limit_and_what_to_do()
    {
        string message = Assert.Throws<InputException>(
            () => EncodedSet.Of(null, new EncodingOptions(6), [Quad(1, 3, 3), Quad(2, 5, 2), Quad(3, 6, 3)])).Message;
        Assert.Contains("2 records are longer than cutoff_len 6", message, StringComparison.Ordinal);
        Assert.Contains("data.jsonl:2: 7 tokens (x1 5, y1 2, x2 5, y2 2), limit 6", message, StringComparison.Ordinal);
        Assert.Contains("data.jsonl:3: 9 tokens", message, StringComparison.Ordinal);
        Assert.Contains("raise cutoff_len to 9, or set overflow: drop or overflow: truncate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropped_records_are_counted_and_the_rest_renumbered()
    {
        EncodedSet kept = EncodedSet.Of(
            null, new EncodingOptions(6, OverflowRule.Drop), [Quad(1, 5, 2), Quad(2, 3, 3), Quad(3, 9, 9), Quad(4, 2, 2)]);
        Assert.Equal([0, 1], kept.Records.Select(r => r.Index));
        Assert.Equal([2, 4], kept.Origins.Select(o => o.Line));
        Assert.Equal((2, 2), (kept.Report.Records, kept.Report.Dropped));
        Assert.Equal(2, kept.Reasons.Count);
        Assert.Equal(
            [
                "training: 2 records, 20 tokens, longest sequence 6; 2 dropped, 0 truncated, 0 rejected by the template",
                "  " + kept.Reasons[0], "  " + kept.Reasons[1], "training: cutoff_len 18 keeps all records whole",
            ],
            kept.Report.Describe("training", kept.Reasons, null, splitSpecialTokens: false));
    }

    [Theory]
    [InlineData(OverflowRule.TruncateBalanced)]
    [InlineData(OverflowRule.TruncatePublished)]
    public void Truncated_records_are_counted_and_named(OverflowRule rule)
    {
        EncodedSet cut = EncodedSet.Of(null, new EncodingOptions(6, rule), [Quad(1, 3, 3), Quad(2, 9, 9)]);
        Assert.Equal((2, 1, 6), (cut.Report.Records, cut.Report.Truncated, cut.Report.Longest));
        Assert.Contains(
            "data.jsonl:2: 18 tokens (x1 9, y1 9, x2 9, y2 9) cut to 6 (x1 3, y1 3, x2 3, y2 3)", Assert.Single(cut.Reasons),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_outside_the_vocabulary_mixed_layouts_and_mixed_ids_and_text_are_errors()
    {
        EncodingOptions small = s_plain with { VocabularySize = 10 };
        Assert.Contains(
            "data.jsonl:4: y1 holds token id 10; expected 0 to 9",
            Assert.Throws<InputException>(
                () => EncodedSet.Of(null, small, [new QuadRecord(At(4), Ids(1), Answer(10), Ids(2), Answer(3))])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "data.jsonl:2: a record of layout Sft, where the data set began with Quad",
            Assert.Throws<InputException>(
                () => EncodedSet.Of(null, small, [Quad(1, 2, 2), new SftIdsRecord(At(2), [1], [2])])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the prompt is token ids and the response text",
            Assert.Throws<InputException>(
                () => EncodedSet.Of(
                    null, small, [new PairRecord(At(1), Ids(1), new Response.Text("a"), new Response.Text("b"))])).Message,
            StringComparison.Ordinal);
        EncodedSet skipped = EncodedSet.Of(
            null, small with { SkipBadRecords = true },
            [new QuadRecord(At(4), Ids(1), Answer(10), Ids(2), Answer(3)), Quad(5, 1, 1)]);
        Assert.Equal((1, 1), (skipped.Report.Records, skipped.Report.Bad));
        Assert.StartsWith("data.jsonl:4: ", Assert.Single(skipped.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_without_a_label_is_an_error() =>
        Assert.Contains(
            "nothing is left to train on",
            Assert.Throws<InputException>(() => EncodedSet.Of(null, s_plain, [new SftIdsRecord(At(1), [], [3])])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Order_is_kept_over_many_records()
    {
        EncodedSet many = EncodedSet.Of(null, s_plain, [.. Enumerable.Range(0, 5000).Select(i => new SftIdsRecord(At(i), [i], [i + 1]))]);
        Assert.Equal(Enumerable.Range(0, 5000), many.Records.Select(r => ((EncodedSft)r).Parts[0].Tokens[0]));
    }

    private static SourceLocation At(int line) => new("data.jsonl", line, line - 1);

    private static Prompt.Ids Ids(params int[] tokens) => new(tokens);

    private static Response.Ids Answer(params int[] tokens) => new(tokens);

    private static QuadRecord Quad(int line, int prompt, int response) =>
        new(At(line),
            Ids([.. Enumerable.Repeat(1, prompt)]), Answer([.. Enumerable.Repeat(2, response)]), Ids([.. Enumerable.Repeat(3, prompt)]),
            Answer([.. Enumerable.Repeat(4, response)]));
}
