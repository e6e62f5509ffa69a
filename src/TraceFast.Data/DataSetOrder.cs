using TraceFast.Data.Sampling;

namespace TraceFast.Data;

/// <summary>
/// The order that the sampler's numbers refer to: of each data set the records that num_samples draws, up to max_samples, and the data
/// sets mixed. It depends on counts alone, so no record need be in memory.
/// </summary>
/// <param name="Places">The data set and the record in it, at each place.</param>
public sealed record DataSetOrder(IReadOnlyList<(int Source, int Record)> Places)
{
    /// <summary>The end of "Fix or remove bad records, or ...".</summary>
    public const string HowToSkip = "set on_bad_record: skip to leave them out";

    /// <param name="ends">For each data set, how many records it has up to and with each one of its file: a record of the file may be none
    /// that is trained on (it is bad), one, or two (a quad in stage sft).</param>
    /// <param name="reports">What was read of each.</param>
    /// <exception cref="InputException">A data set has no record, or the mixing does not fit.</exception>
    public static DataSetOrder Of(
        DataSetOptions options, IReadOnlyList<DataSource> sources, IReadOnlyList<int[]> ends, IReadOnlyList<SourceReport> reports)
    {
        NumpyRandomState state = new(unchecked((uint)options.Seed));
        int[]?[] drawn = [.. sources.Select((source, i) => Draw(source, ends[i], options.MaxSamples, state))];
        int[] counts = [.. drawn.Select((numbers, i) => numbers?.Length ?? ends[i].LastOrDefault())];
        int empty = Array.IndexOf(counts, 0);
        if (empty >= 0)
            throw new InputException(
                $"{string.Join(", ", reports[empty].Files)}: no record to train on "
                    + $"({reports[empty].RecordsRead} read, {reports[empty].BadRecords} of them bad)");
        List<(int Source, int Record)> order =
            Mixing.Order(counts, options.MixStrategy, options.InterleaveProbabilities, options.Seed);
        for (int i = 0; i < order.Count; i++)
            if (drawn[order[i].Source] is { } numbers)
                order[i] = (order[i].Source, numbers[order[i].Record]);
        return new DataSetOrder(order);
    }

    /// <param name="pairs">Whether each data set holds pairs.</param>
    /// <param name="quads">Whether each holds quads.</param>
    /// <exception cref="InputException">One holds pairs and another quads.</exception>
    public static void RequireOneKind(IEnumerable<bool> pairs, IEnumerable<bool> quads)
    {
        if (pairs.Contains(true) && quads.Contains(true))
            throw new InputException(
                "dataset: some data sets hold pairs and some hold quads; a run trains on one kind (name them in runs of their own)");
    }

    /// <summary>
    /// As LLaMA-Factory draws num_samples: a permutation, then, for what is beyond the data set, records with replacement. Null: all
    /// records, in order.
    /// </summary>
    private static int[]? Draw(DataSource source, int[] ends, int? atMost, NumpyRandomState state)
    {
        if (source.SampleCount is not { } wanted || ends.Length == 0)
            return null;
        int[] permutation = state.Permutation(ends.Length);
        IEnumerable<int> numbers = wanted <= ends.Length
            ? permutation.Take(wanted) : [.. permutation, .. state.Choice(ends.Length, wanted - ends.Length)];
        return [.. numbers.Take(atMost ?? int.MaxValue).SelectMany(RecordsOf)];

        IEnumerable<int> RecordsOf(int number)
        {
            int first = number == 0 ? 0 : ends[number - 1];
            return Enumerable.Range(first, ends[number] - first);
        }
    }
}
