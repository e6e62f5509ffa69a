using TraceFast.Kernels.TreeAttention;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Tests.Packing;

/// <summary>
/// Over random records and options: following a label's row up through its segment and ancestors spells exactly the sequence
/// that the record holds, every label is there once and in order, and no pack exceeds the budget unless one record does.
/// </summary>
public sealed class PackingPropertyTests
{
    private static readonly SequenceRole[][] s_quadRoles =
    [
        [SequenceRole.X1Y1, SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1], [SequenceRole.X1Y1, SequenceRole.X1Y2],
        [SequenceRole.X1Y1, SequenceRole.X2Y1], [SequenceRole.X2Y1],
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_sequence_can_be_read_back(int seed)
    {
        Random random = new(seed);
        for (int trial = 0; trial < 400; trial++)
        {
            int layout = random.Next(3);
            SequenceRole[] roles = layout switch
            {
                0 => [SequenceRole.Sft],
                1 => [SequenceRole.Chosen, SequenceRole.Rejected],
                _ => s_quadRoles[random.Next(s_quadRoles.Length)],
            };
            // Few distinct tokens, so that prompts and beginnings coincide.
            EncodedRecord[] records = [.. Enumerable.Range(0, random.Next(1, 9)).Select(i => Record(random, layout, i))];
            PackingOptions options = new(random.Next(1, 60)) { MinimumSharedPrefix = random.Next(4),
                ShareAcrossRecords = random.Next(2) == 0 };
            IReadOnlyList<Pack> packs = new Packer(options, roles).Build(records);
            Assert.Equal(records.Length, packs.Sum(p => p.RecordCount));
            int place = 0;
            foreach (Pack pack in packs)
            {
                Assert.Equal(place, pack.FirstPosition);
                Assert.True(pack.Tokens.Length <= options.TokenBudget || pack.RecordCount == 1);
                Check(pack, records, roles, place);
                place += pack.RecordCount;
            }
        }
    }

    private static void Check(Pack pack, EncodedRecord[] records, SequenceRole[] roles, int firstPlace)
    {
        Assert.Equal(pack.RecordCount * roles.Length, pack.SequenceCount);
        Assert.Equal(pack.Tokens.Length, pack.Layout.TokenCount);
        int m = 0;
        for (int s = 0; s < pack.SequenceCount; s++)
        {
            PackSequence sequence = pack.Sequences[s];
            Assert.Equal(firstPlace + s / roles.Length, sequence.Place);
            Assert.Equal(roles[s % roles.Length], sequence.Role);
            (int[] text, bool[] label) = Expected(records[sequence.Place], sequence.Role);
            int labels = 0;
            for (int i = 1; i < text.Length; i++)
            {
                if (!label[i])
                    continue;
                Assert.Equal(s, pack.Sequence[m]);
                Assert.Equal(text[i], pack.Target[m]);
                Assert.Equal(text[..i], ReadUpTo(pack, pack.PredictRow[m]));
                Assert.Equal(i - 1, pack.Layout.Positions[pack.PredictRow[m]]);
                m++;
                labels++;
            }
            Assert.Equal(labels, sequence.LabelCount);
            Assert.Equal(labels, RecordSequences.LabelCount(records[sequence.Place], sequence.Role));
            RecordSequence unpacked = RecordSequences.Of(records[sequence.Place], sequence.Role);
            Assert.Equal(text.Length, unpacked.Prompt.Length + unpacked.Response.Length);
        }
        Assert.Equal(m, pack.Target.Length);
        AssertTreesAreContiguous(pack.Layout);
    }

    private static int[] ReadUpTo(Pack pack, int row)
    {
        List<int> text = new();
        int segment = pack.Layout.SegmentCount - 1;
        while (pack.Layout.Start[segment] > row)
            segment--;
        int end = row + 1;
        while (segment >= 0)
        {
            text.InsertRange(0, pack.Tokens[pack.Layout.Start[segment]..end]);
            segment = pack.Layout.Parent[segment];
            if (segment >= 0)
                end = pack.Layout.Start[segment] + pack.Layout.Length[segment];
        }
        return [.. text];
    }

    private static void AssertTreesAreContiguous(TreeLayout layout)
    {
        int root = -1;
        int[] tree = new int[layout.SegmentCount];
        for (int s = 0; s < layout.SegmentCount; s++)
        {
            if (layout.Parent[s] < 0)
                root = s;
            else
                Assert.Equal(root, tree[layout.Parent[s]]);
            tree[s] = root;
        }
    }

    private static (int[] Text, bool[] Label) Expected(EncodedRecord record, SequenceRole role)
    {
        (int[] prompt, int[] response) = (record, role) switch
        {
            (EncodedPair r, SequenceRole.Chosen) => (r.Prompt, r.Chosen),
            (EncodedPair r, SequenceRole.Rejected) => (r.Prompt, r.Rejected),
            (EncodedQuad r, SequenceRole.X1Y1) => (r.X1, r.Y1),
            (EncodedQuad r, SequenceRole.X1Y2) => (r.X1, r.Y2),
            (EncodedQuad r, SequenceRole.X2Y2) => (r.X2, r.Y2),
            (EncodedQuad r, SequenceRole.X2Y1) => (r.X2, r.Y1),
            _ => ([], []),
        };
        if (record is EncodedSft sft)
            return ([.. sft.Parts.SelectMany(p => p.Tokens)], [.. sft.Parts.SelectMany(p => p.Tokens.Select(_ => p.Trained))]);
        return ([.. prompt, .. response], [.. prompt.Select(_ => false), .. response.Select(_ => true)]);
    }

    private static EncodedRecord Record(Random random, int layout, int index)
    {
        int[] Some(int least) => [.. Enumerable.Range(0, random.Next(least, 9)).Select(_ => random.Next(2))];
        return layout switch
        {
            0 => new EncodedSft(
                index, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new RecordPart(Some(1), random.Next(2) == 0))]),
            1 => new EncodedPair(index, Some(1), Some(1), Some(1)),
            _ => new EncodedQuad(index, Some(1), Some(1), Some(1), Some(1)),
        };
    }
}
