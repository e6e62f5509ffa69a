using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Scoring;

/// <summary>Packs of many records, built a slice at a time, so that memory does not grow with the data set.</summary>
internal static class PackSlices
{
    private const int SliceRecords = 256;

    /// <summary>The packs in order, each with the place of its slice's first record; dispose of each before the next.</summary>
    /// <param name="packer">Packs a slice.</param>
    /// <param name="records">All records.</param>
    /// <param name="groups">Sizes of groups that must stay together; null: none.</param>
    public static IEnumerable<(int Offset, Pack Pack)> Of(
        Packer packer, IReadOnlyList<EncodedRecord> records, IReadOnlyList<int>? groups = null)
    {
        int offset = 0, group = 0;
        while (offset < records.Count)
        {
            List<int> sizes = [];
            int count = groups is null ? Math.Min(SliceRecords, records.Count - offset) : 0;
            while (groups is not null && group < groups.Count && (count == 0 || count + groups[group] <= SliceRecords))
            {
                count += groups[group];
                sizes.Add(groups[group++]);
            }

            EncodedRecord[] slice = new EncodedRecord[count];
            for (int i = 0; i < count; i++)
                slice[i] = records[offset + i];
            foreach (Pack pack in packer.Build(slice, groups is null ? null : sizes))
                yield return (offset, pack);
            offset += count;
        }
    }
}
