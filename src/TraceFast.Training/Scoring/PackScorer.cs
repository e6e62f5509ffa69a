using TraceFast.Kernels.Profiling;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Scoring;

/// <summary>
/// Log-probabilities of a pack's labels under a model:
/// <code>
///   tokens [N], layout  ─ decoder ─►  hidden [N, H]  ─ index_select(PredictRow) ─►  [M, H]  ─ LinearLogProb(Target) ─►  logp [M]
///   sum of sequence s = Σ over its labels m of logp[m], in float64, in text order
/// </code>
/// </summary>
public static class PackScorer
{
    /// <summary>[M] log-probabilities (nats) without a graph and without dropout.</summary>
    public static double[] Score(Decoder decoder, Pack pack)
    {
        if (pack.Target.Length == 0)
            return [];
        bool training = decoder.Training;
        decoder.Training = false;
        try
        {
            using IDisposable noGradient = torch.no_grad();
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor hidden = decoder.Forward(Indices(pack.Tokens, decoder), pack.Layout);
            return ToHost(LabelLogProbs(decoder, hidden, pack));
        }
        finally
        {
            decoder.Training = training;
        }
    }

    /// <summary>[M] log-probabilities from hidden states [N, H], on their graph: float32, or float64 for a decoder in double.</summary>
    public static torch.Tensor LabelLogProbs(Decoder decoder, torch.Tensor hidden, Pack pack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor predicting = PredictingRows(decoder, hidden, pack);
        return decoder.LogProbs(predicting, Indices(pack.Target, decoder)).MoveToOuterDisposeScope();
    }

    /// <summary>[M, H], the rows that predict a label.</summary>
    private static torch.Tensor PredictingRows(Decoder decoder, torch.Tensor hidden, Pack pack)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "label_rows");
        if (profiled.IsOpen)
        {
            (long rows, long labels, long width) = (hidden.shape[0], pack.PredictRow.Length, hidden.shape[1]);
            profiled.Describe(
                new Cost(0, 2.0 * labels * width * hidden.ElementSize),
                new OperandSizes("{1} of hidden [{0}, {2}]", rows, labels, width));
        }
        return hidden.index_select(0, Indices(pack.PredictRow, decoder));
    }

    /// <summary>[S] sum of each sequence's labels; a sequence without labels has 0.</summary>
    /// <param name="pack">M labels of S sequences.</param>
    /// <param name="labelLogProbs">[M].</param>
    public static double[] SequenceSums(Pack pack, ReadOnlySpan<double> labelLogProbs)
    {
        double[] sums = new double[pack.SequenceCount];
        for (int m = 0; m < labelLogProbs.Length; m++)
            sums[pack.Sequence[m]] += labelLogProbs[m];
        return sums;
    }

    /// <summary>The values of a floating-point tensor [n] as doubles in host memory.</summary>
    internal static double[] ToHost(torch.Tensor values)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Data, "copy to host");
        using DisposeScope scope = torch.NewDisposeScope();
        return values.detach().to(torch.ScalarType.Float64).cpu().data<double>().ToArray();
    }

    /// <summary>[n] int64 on the decoder's device.</summary>
    internal static torch.Tensor Indices(int[] values, Decoder decoder)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Data, "copy to device");
        return torch.tensor(Array.ConvertAll(values, v => (long)v), dtype: torch.ScalarType.Int64, device: decoder.Options.Device);
    }
}

/// <summary>Packs of many records, built a slice at a time, so that memory does not grow with the data set.</summary>
internal static class PackSlices
{
    /// <summary>Records that are packed at a time: no pack has more.</summary>
    public const int SliceRecords = 256;

    /// <summary>
    /// The packs in order, each with the place of its slice's first record, and whether it is the last of all records; dispose of each
    /// before the next.
    /// </summary>
    /// <param name="groups">Sizes of groups that must stay together; null: none.</param>
    /// <param name="wanted">Whether a slice is wanted, by its first record and its number of records; null: all are.</param>
    public static IEnumerable<(int Offset, Pack Pack, bool IsLast)> Of(
        Packer packer, IReadOnlyList<EncodedRecord> records, IReadOnlyList<int>? groups = null, Func<int, int, bool>? wanted = null)
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

            if (wanted?.Invoke(offset, count) == false)
            {
                offset += count;
                continue;
            }
            EncodedRecord[] slice = new EncodedRecord[count];
            for (int i = 0; i < count; i++)
                slice[i] = records[offset + i];
            IReadOnlyList<Pack> packs;
            using (Profiler.Open(ProfilerCategory.Data, "packing"))
                packs = packer.Build(slice, groups is null ? null : sizes);
            for (int i = 0; i < packs.Count; i++)
                yield return (offset, packs[i], i == packs.Count - 1 && offset + count == records.Count);
            offset += count;
        }
    }
}
