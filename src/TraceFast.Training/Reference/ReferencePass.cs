using TraceFast.Data.Progress;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;
using TraceFast.Training.Scoring;

namespace TraceFast.Training.Reference;

/// <summary>Summed log-probabilities under the reference model.</summary>
/// <param name="key">Hash of everything that determines them to the bit.</param>
/// <param name="content">Hash of what they mean: model, adapter, records and roles, whatever the machine.</param>
/// <param name="values">[records x roles] in nats.</param>
public sealed class ReferenceLogProbs(string key, string content, int roles, double[] values)
{
    public string Key { get; } = key;

    public string Content { get; } = content;

    /// <summary>The sums of one record's sequences, in the objective's order.</summary>
    /// <param name="place">The record's place in the data set.</param>
    public ReadOnlySpan<double> Of(int place) => values.AsSpan(place * roles, roles);
}

/// <summary>
/// Log-probabilities of a data set under a reference model, from the cache or computed, in the same packed form as training.
/// </summary>
/// <param name="roles">The sequences that the objective needs; no others are computed.</param>
/// <param name="facts">What the values depend on besides model and records: template, tokenizer, compute dtype, threads, processor,
/// versions.</param>
/// <param name="ranks">Each computes some of the packs.</param>
/// <param name="log">Logs whether they were on disk, and shows the progress.</param>
internal sealed class ReferencePass(
    ReferenceCache cache, PackingOptions packing, IReadOnlyList<SequenceRole> roles, IReadOnlyDictionary<string, string> facts,
    Communicator ranks, IRunLog log)
{
    /// <param name="needed">The places of those that are needed; null: all. The others may have no value.</param>
    /// <param name="startedWith">The key of the values that a resumed run started with, perhaps on another machine; they are kept where
    /// they are still there.</param>
    public ReferenceLogProbs Compute(
        ReferenceModel model, IReadOnlyList<EncodedRecord> records, IReadOnlySet<int>? needed, string? startedWith,
        CancellationToken cancellation)
    {
        string content = ContentHash.Of(new Dictionary<string, string>
        {
            ["model"] = model.ModelHash,
            ["adapter"] = model.AdapterHash,
            ["records"] = ContentHash.Of(records),
            ["roles"] = string.Join(',', roles.Select(KeyName)),
        });
        int count = records.Count * roles.Count;
        if (startedWith is not null && cache.Find(startedWith, count) is double[] original)
            return new ReferenceLogProbs(startedWith, content, roles.Count, original);
        Dictionary<string, string> determining = new(facts)
        {
            ["content"] = content,
            ["packing"] = string.Create(
                CultureInfo.InvariantCulture, $"{packing.TokenBudget} {packing.MinimumSharedPrefix} {packing.ShareAcrossRecords}"),
        };
        string key = ContentHash.Of(determining);
        string which = $"{records.Count} records";
        if (needed is not null && cache.Find(key, count) is null)
        {
            determining["needed"] = string.Join(' ', needed.Order());
            key = ContentHash.Of(determining);
            which = $"{needed.Count} of {records.Count} records, those that the run needs,";
        }
        double[] values = cache.Get(
            key, count,
            () => model.Use(
                decoder => new RecordScorer(decoder, packing, roles, ranks).Score(records, "reference", log, cancellation, needed)),
            out bool fromCache);
        log.Line($"reference: {model.Name}, log-probs of {which} {(fromCache ? "found on disk" : "computed")} ({key[..12]})");
        return new ReferenceLogProbs(key, content, roles.Count, values);
    }

    /// <summary>
    /// A quad's sequences have other names in keys than in files: new ones would miss every cached file and reject every older
    /// checkpoint.
    /// </summary>
    private static string KeyName(SequenceRole role) => role switch
    {
        SequenceRole.X1Y1 => "c1",
        SequenceRole.X1Y2 => "r1",
        SequenceRole.X2Y2 => "c2",
        SequenceRole.X2Y1 => "r2",
        _ => role.Name(),
    };
}
