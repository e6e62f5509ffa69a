using TraceFast.Data.Progress;
using TraceFast.Models;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Scoring;

/// <summary>Summed log-probabilities of every sequence of a list of records, packed in their order, under the model as it is.</summary>
/// <param name="decoder">The model; its adapter counts where it is enabled.</param>
/// <param name="roles">The sequences wanted of each record.</param>
/// <param name="ranks">Each computes some of the packs, dealt in turn, and has all values in the end; null: this process alone.</param>
public sealed class RecordScorer(
    Decoder decoder, PackingOptions packing, IReadOnlyList<SequenceRole> roles, Communicator? ranks = null)
{
    /// <returns>[records x roles] sums in nats, the roles of a record together; NaN for records that are not needed and share no pack with
    /// one that is.</returns>
    /// <param name="what">Label of the progress display.</param>
    /// <param name="needed">The places of those that are needed; null: all. Packs are those of all records, so that a value is the same
    /// bits whatever else is needed.</param>
    public double[] Score(
        IReadOnlyList<EncodedRecord> records, string what, IRunLog log, CancellationToken cancellation, IReadOnlySet<int>? needed = null)
    {
        Communicator all = ranks ?? Communicator.Alone;
        double[] sums = new double[records.Count * roles.Count + 1];
        if (needed is not null && all.Writes)
            sums.AsSpan(0, sums.Length - 1).Fill(double.NaN);
        return log.Track(what, "records", records.Count, 0, progress =>
        {
            int turn = 0;
            foreach ((int offset, Pack built, _) in PackSlices.Of(new Packer(packing, roles), records, wanted: IsNeeded))
            {
                using Pack pack = built;
                int first = offset + pack.FirstPosition;
                bool cancelled = cancellation.IsCancellationRequested;
                if (cancelled && all.Size == 1)
                    throw new OperationCanceledException(cancellation);
                sums[^1] = cancelled ? 1 : 0;
                if (!IsNeeded(first, pack.RecordCount))
                    continue;
                Span<double> ofPack = sums.AsSpan(first * roles.Count, pack.RecordCount * roles.Count);
                ofPack.Clear();
                if (turn++ % all.Size == all.Rank && !cancelled)
                    PackScorer.SequenceSums(pack, PackScorer.Score(decoder, pack)).CopyTo(ofPack);
                if (first + pack.RecordCount < records.Count)
                    progress.Report(first + pack.RecordCount);
            }
            progress.Report(records.Count);

            all.Add(sums);
            return sums[^1] == 0 ? sums[..^1] : throw new RanksInterruptedException();
        });

        bool IsNeeded(int first, int count) => needed is null || Enumerable.Range(first, count).Any(needed.Contains);
    }
}
