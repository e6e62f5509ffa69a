using System.Text.Json;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Tests.Packing;

public sealed class PackerTests
{
    private static readonly SequenceRole[] s_quad = [SequenceRole.X1Y1, SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1];
    private static readonly PackingOptions s_unbounded = new(int.MaxValue);

    [Fact]
    public void A_quad_by_hand()
    {
        EncodedQuad record = new(7, [1, 2, 3], [10, 11], [4, 5], [20]);
        Pack pack = Assert.Single(new Packer(s_unbounded, s_quad).Build([record]));
        Assert.Equal([1, 2, 3, 10, 11, 20, 4, 5, 20, 10, 11], pack.Tokens);
        Assert.Equal([0, 3, 5, 6, 8, 9], pack.Layout.Start.ToArray());
        Assert.Equal([-1, 0, 0, -1, 3, 3], pack.Layout.Parent.ToArray());
        Assert.Equal([0, 3, 3, 0, 2, 2], pack.Layout.FirstPosition.ToArray());
        // c1 = (x1,y1), r1 = (x1,y2), c2 = (x2,y2), r2 = (x2,y1); the last prompt row predicts the first token of both responses.
        Assert.Equal([2, 3, 2, 7, 7, 9], pack.PredictRow);
        Assert.Equal([10, 11, 20, 20, 10, 11], pack.Target);
        Assert.Equal([0, 0, 1, 2, 3, 3], pack.Sequence);
        Assert.Equal(
            [new PackSequence(0, 7, SequenceRole.X1Y1, 2),
                new PackSequence(0, 7, SequenceRole.X1Y2, 1), new PackSequence(0, 7, SequenceRole.X2Y2, 1),
                new PackSequence(0, 7, SequenceRole.X2Y1, 2)],
            pack.Sequences);
    }

    /// <summary>A failing answer is another response to its prompt; where none is known, its sequence has no labels.</summary>
    [Fact]
    public void Failing_answers_share_their_prompt()
    {
        EncodedQuad record = new(7, [1, 2, 3], [10, 11], [4, 5], [20]) { F1 = [30, 31] };
        SequenceRole[] roles = [.. s_quad, SequenceRole.X1F1, SequenceRole.X2F2];
        Pack pack = Assert.Single(new Packer(s_unbounded, roles).Build([record]));
        Assert.Equal([1, 2, 3, 10, 11, 20, 30, 31, 4, 5, 20, 10, 11], pack.Tokens);
        Assert.Equal([-1, 0, 0, 0, -1, 4, 4], pack.Layout.Parent.ToArray());
        Assert.Equal(13, new Packer(s_unbounded, roles).TokensOf(record));
        Assert.Equal(
            [new PackSequence(0, 7, SequenceRole.X1F1, 2), new PackSequence(0, 7, SequenceRole.X2F2, 0)], pack.Sequences.TakeLast(2));
        Assert.Equal([30, 31], pack.Target.Where((_, m) => pack.Sequence[m] == 4));
        Assert.DoesNotContain(5, pack.Sequence);
    }

    [Fact]
    public void A_common_beginning_of_both_prompts_is_a_third_level()
    {
        EncodedQuad record = new(0, [1, 2, 3, 4], [10], [1, 2, 5], [20]);
        Pack pack = Assert.Single(new Packer(s_unbounded with { MinimumSharedPrefix = 2 }, s_quad).Build([record]));
        Assert.Equal([1, 2, 3, 4, 10, 20, 5, 20, 10], pack.Tokens);
        Assert.Equal([-1, 0, 1, 1, 0, 4, 4], pack.Layout.Parent.ToArray());
        Assert.Equal([0, 2, 4, 4, 2, 3, 3], pack.Layout.FirstPosition.ToArray());
        // Sharing that would save too little is left.
        Assert.Equal(11, Assert.Single(new Packer(s_unbounded with { MinimumSharedPrefix = 3 }, s_quad).Build([record])).Tokens.Length);
        Assert.Equal(11, Assert.Single(new Packer(s_unbounded with { MinimumSharedPrefix = 0 }, s_quad).Build([record])).Tokens.Length);
    }

    [Fact]
    public void A_prompt_that_begins_the_other_and_equal_prompts_are_laid_out_too()
    {
        Pack inside = Assert.Single(
            new Packer(s_unbounded with { MinimumSharedPrefix = 1 }, s_quad).Build([new EncodedQuad(0, [1, 2], [10], [1, 2, 3], [20])]));
        Assert.Equal([1, 2, 10, 20, 3, 20, 10], inside.Tokens);
        Assert.Equal([-1, 0, 0, 0, 3, 3], inside.Layout.Parent.ToArray());
        Pack equal = Assert.Single(new Packer(s_unbounded, s_quad).Build([new EncodedQuad(0, [1, 2], [10], [1, 2], [20])]));
        Assert.Equal([1, 2, 10, 20], equal.Tokens);
        Assert.Equal([1, 1, 1, 1], equal.PredictRow);
        Assert.Equal([10, 20, 20, 10], equal.Target);
    }

    [Fact]
    public void Only_the_sequences_that_are_needed_are_packed()
    {
        EncodedQuad record = new(0, [1, 2, 3], [10, 11], [4, 5], [20]);
        Pack output = Assert.Single(new Packer(s_unbounded, [SequenceRole.X1Y1, SequenceRole.X1Y2]).Build([record]));
        Assert.Equal([1, 2, 3, 10, 11, 20], output.Tokens);
        Pack input = Assert.Single(new Packer(s_unbounded, [SequenceRole.X1Y1, SequenceRole.X2Y1]).Build([record]));
        Assert.Equal([1, 2, 3, 10, 11, 4, 5, 10, 11], input.Tokens);
        // A prompt with one response is one segment.
        Assert.Equal(2, input.Layout.SegmentCount);
    }

    [Fact]
    public void A_conversation_is_one_segment_with_labels_where_it_is_trained()
    {
        EncodedSft record = new(
            0, [new RecordPart([1, 2], false),
                new RecordPart([3, 4], true), new RecordPart([5], false), new RecordPart([6], true), new RecordPart([7], false)]);
        Pack pack = Assert.Single(new Packer(s_unbounded, [SequenceRole.Sft]).Build([record]));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], pack.Tokens);
        Assert.Equal(1, pack.Layout.SegmentCount);
        Assert.Equal([1, 2, 4], pack.PredictRow);
        Assert.Equal([3, 4, 6], pack.Target);
        Assert.Equal(3, pack.Sequences[0].LabelCount);
    }

    [Fact]
    public void The_first_token_of_a_sequence_is_never_a_label()
    {
        Pack pack = Assert.Single(
            new Packer(s_unbounded, [SequenceRole.Sft]).Build([new EncodedSft(0, [new RecordPart([1, 2, 3], true)])]));
        Assert.Equal([2, 3], pack.Target);
        Assert.Equal(2, pack.Sequences[0].LabelCount);
        Assert.Equal(2, RecordSequences.LabelCount(new EncodedSft(0, [new RecordPart([1, 2, 3], true)]), SequenceRole.Sft));
    }

    [Fact]
    public void Records_with_the_same_prompt_share_it_and_trees_stay_contiguous()
    {
        EncodedRecord[] records = [
            new EncodedPair(0, [1, 2], [10], [11]), new EncodedPair(1, [3], [10], [11]), new EncodedPair(2, [1, 2], [10], [12])];
        SequenceRole[] roles = [SequenceRole.Chosen, SequenceRole.Rejected];
        Pack pack = Assert.Single(new Packer(s_unbounded, roles).Build(records));
        Assert.Equal([1, 2, 10, 11, 12, 3, 10, 11], pack.Tokens);
        Assert.Equal([-1, 0, 0, 0, -1, 4, 4], pack.Layout.Parent.ToArray());
        Assert.Equal([1, 1, 5, 5, 1, 1], pack.PredictRow);
        Assert.Equal([10, 11, 10, 11, 10, 12], pack.Target);
        Assert.Equal([0, 0, 1, 1, 2, 2], pack.Sequences.Select(s => s.Place));
        Pack apart = Assert.Single(new Packer(s_unbounded with { ShareAcrossRecords = false }, roles).Build(records));
        Assert.Equal(11, apart.Tokens.Length);
    }

    [Fact]
    public void Prompts_with_one_response_each_share_too()
    {
        // What a command does that is asked for log-probabilities of several responses to one prompt; an empty response has no labels.
        EncodedRecord[] lines = [
            .. new int[][] { [10], [11, 12], [] }.Select(
                (r, i) => new EncodedSft(i, [new RecordPart([1, 2, 3], false), new RecordPart(r, true)]))];
        Pack pack = Assert.Single(new Packer(s_unbounded, [SequenceRole.Sft]).Build(lines));
        Assert.Equal([1, 2, 3, 10, 11, 12], pack.Tokens);
        Assert.Equal([1, 2, 0], pack.Sequences.Select(s => s.LabelCount));
    }

    [Fact]
    public void A_budget_cuts_between_records_and_leaves_a_large_record_whole()
    {
        EncodedRecord[] records = [
            .. new[] { 3, 3, 9, 2, 2, 2 }.Select(
                (length, i) => new EncodedSft(i, [new RecordPart([.. Enumerable.Range(100 * i, length)], true)]))];
        IReadOnlyList<Pack> packs = new Packer(new PackingOptions(6), [SequenceRole.Sft]).Build(records);
        Assert.Equal([(0, 2), (2, 1), (3, 3)], packs.Select(p => (p.FirstPosition, p.RecordCount)));
        Assert.Equal(1, TokenReport.Of(records, [SequenceRole.Sft], packs, 6).OverBudget);
    }

    [Fact]
    public void Groups_stay_together()
    {
        EncodedRecord[] records = [
            .. Enumerable.Range(0, 5).Select(i => new EncodedSft(i, [new RecordPart([10 * i, 10 * i + 1, 10 * i + 2], true)]))];
        IReadOnlyList<Pack> packs = new Packer(new PackingOptions(4), [SequenceRole.Sft]).Build(records, [2, 2, 1]);
        Assert.Equal([(0, 2), (2, 2), (4, 1)], packs.Select(p => (p.FirstPosition, p.RecordCount)));
        Assert.Throws<ArgumentException>(() => new Packer(new PackingOptions(4), [SequenceRole.Sft]).Build(records, [2, 2]));
    }

    [Fact]
    public void A_role_that_a_record_lacks_is_an_error() =>
        Assert.Contains(
            "has no X1Y1 sequence",
            Assert.Throws<ArgumentException>(
                () => new Packer(s_unbounded, [SequenceRole.X1Y1]).Build([new EncodedPair(3, [1], [2], [3])])).Message,
                StringComparison.Ordinal);

    [Fact]
    public void Tokens_of_the_benchmark_quads_are_counted_as_the_peers_count_them()
    {
        string lengths = Path.Combine(
            Environment.GetEnvironmentVariable("TRACEFAST_PEERS")
                ?? Path.GetFullPath(Path.Combine(Oracles.RepositoryRoot, "..", "shared", "peers")), "lengths_seed0.json");
        if (!File.Exists(lengths))
            Assert.Skip($"peer data absent: {lengths} (set TRACEFAST_PEERS)");
        int[][] quads = JsonSerializer.Deserialize<int[][]>(File.ReadAllText(lengths))!;
        int next = 0;
        int[] Fresh(int count) => [.. Enumerable.Range(0, count).Select(_ => next++)];
        List<(long, long, long)> counted = new();
        foreach (int[] q in quads[..4])
        {
            EncodedRecord[] records = [new EncodedQuad(0, Fresh(q[0]), Fresh(q[1]), Fresh(q[2]), Fresh(q[3]))];
            TokenReport report = TokenReport.Of(records, s_quad, new Packer(s_unbounded, s_quad).Build(records), int.MaxValue);
            counted.Add((report.Padded, report.Unpadded, report.Packed));
        }
        Assert.Equal([(1908, 1606, 1227), (2128, 1550, 921), (1244, 930, 677), (3920, 2988, 2277)], counted);
    }

    [Fact]
    public void The_report_reads_as_one_line()
    {
        TokenReport report = new(4, 2, 200, 150, 100, 60, 1);
        Assert.Equal(
            "4 records in 2 packs: 100 tokens instead of 200 padded (-50 %) or 150 unshared (-33 %), 60 of them labels; 1 pack over the "
                + "token budget, because a record is not split", report.ToString());
        Assert.Equal(new TokenReport(8, 4, 400, 300, 200, 120, 2), report.Add(report));
    }
}
