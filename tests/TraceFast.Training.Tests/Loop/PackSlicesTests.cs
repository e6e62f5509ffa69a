using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;
using TraceFast.Training.Scoring;

namespace TraceFast.Training.Tests.Loop;

public class PackSlicesTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(256, null)]
    [InlineData(700, null)]
    [InlineData(700, 7)]
    [InlineData(700, 700)]
    public void Every_record_is_packed_once_and_in_order(int count, int? group)
    {
        EncodedRecord[] records = [.. Enumerable.Range(0, count).Select(i => new EncodedPair(i, [1, i], [2], [3]))];
        int[]? groups = group is int size ? [.. Enumerable.Repeat(size, count / size)] : null;
        Packer packer = new(new PackingOptions(40), [SequenceRole.Chosen, SequenceRole.Rejected]);
        List<int> seen = [];
        foreach ((int offset, Pack pack, bool isLast) in PackSlices.Of(packer, records, groups))
        {
            Assert.Equal(offset + pack.FirstPosition, pack.Sequences[0].Index);
            Assert.Equal(0, (offset + pack.FirstPosition) % (group ?? 1));
            seen.AddRange(pack.Sequences.Where(s => s.Role == SequenceRole.Chosen).Select(s => s.Index));
            Assert.Equal(seen.Count == count, isLast);
            pack.Dispose();
        }

        Assert.Equal(Enumerable.Range(0, count), seen);
    }
}
