using TraceFast.Models;
using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Training.Scoring;

/// <summary>Summed log-probabilities of every sequence of a list of records, packed in their order, under the model as it is.</summary>
/// <param name="decoder">The model; its adapter counts where it is enabled.</param>
/// <param name="packing">Budget and sharing.</param>
/// <param name="roles">The sequences wanted of each record.</param>
public sealed class RecordScorer(Decoder decoder, PackingOptions packing, IReadOnlyList<SequenceRole> roles)
{
    /// <returns>[records x roles] sums in nats, the roles of a record together.</returns>
    /// <param name="records">What to score.</param>
    /// <param name="what">What this is done for, in words for the progress display.</param>
    /// <param name="log">Shows the progress.</param>
    /// <param name="cancellation">Looked at between packs.</param>
    public double[] Score(IReadOnlyList<EncodedRecord> records, string what, IRunLog log, CancellationToken cancellation)
    {
        double[] sums = new double[records.Count * roles.Count];
        return log.Track(what, "records", records.Count, 0, progress =>
        {
            foreach ((int offset, Pack built) in PackSlices.Of(new Packer(packing, roles), records))
            {
                using Pack pack = built;
                cancellation.ThrowIfCancellationRequested();
                int first = offset + pack.FirstPlace;
                PackScorer.SequenceSums(pack, PackScorer.Score(decoder, pack)).CopyTo(sums, first * roles.Count);
                progress.Report(first + pack.RecordCount);
            }

            return sums;
        });
    }
}
