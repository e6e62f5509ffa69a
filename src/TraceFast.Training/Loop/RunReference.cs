using TraceFast.Data.Progress;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>Log-probabilities that are computed before the first step.</summary>
/// <param name="Train">The reference's on the training records; null where the objective needs none.</param>
/// <param name="Evaluation">The reference's on the evaluation records; null likewise.</param>
/// <param name="Before">The starting policy's on <paramref name="Reported"/>, for the margins before training; null for supervised fine-tuning and where they are not asked for.</param>
/// <param name="Reported">The training records whose margins are reported.</param>
internal sealed record RunReference(ReferenceLogProbs? Train, ReferenceLogProbs? Evaluation, ReferenceLogProbs? Before, ReportedRecords Reported)
{
    /// <summary>Margins before and after are reported of at most so many records, which bounds what the report costs.</summary>
    public const int MostMargins = 2000;

    private const string TrainKey = "training";
    private const string EvaluationKey = "evaluation";
    private const string BeforeKey = "start";

    /// <summary>The keys for a checkpoint, so that a resumed run keeps these values.</summary>
    public SortedDictionary<string, string> Keys
    {
        get
        {
            SortedDictionary<string, string> keys = new(StringComparer.Ordinal);
            foreach ((string name, ReferenceLogProbs? values) in new[] { (TrainKey, Train), (EvaluationKey, Evaluation), (BeforeKey, Before) })
                if (values is not null)
                    keys[name] = values.Key;
            return keys;
        }
    }

    /// <param name="configuration">Says what the reference is.</param>
    /// <param name="model">The policy, before its first step.</param>
    /// <param name="data">The records.</param>
    /// <param name="objective">Says which sequences it needs.</param>
    /// <param name="plan">Says which records the steps read.</param>
    /// <param name="environment">What the bits depend on.</param>
    /// <param name="startedWith">The keys in the checkpoint that is resumed; empty without one.</param>
    /// <param name="cache">Where log-probs are kept.</param>
    /// <param name="log">Shows the progress.</param>
    /// <param name="cancellation">Looked at between packs.</param>
    public static RunReference Compute(
        RunConfiguration configuration, RunModel model, RunData data, Objective objective, StepPlan plan, IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, string> startedWith, ReferenceCache cache, IRunLog log, CancellationToken cancellation)
    {
        if (objective is SftObjective)
            return new RunReference(null, null, null, new ReportedRecords(data.Train, null, []));
        IReadOnlySet<int>? read = plan.RecordsRead(data.Train.Count);
        ReportedRecords reported = ReportedRecords.Of(data.Train, read);
        ReferencePass pass = new(cache, configuration.Packing, objective.Roles, Facts(environment, data), log);
        using FrozenModel start = FrozenModel.Start(model.Decoder, model.HasNewAdapter);
        using FrozenModel frozen = Frozen(configuration, model, start);
        ReferenceLogProbs? train = objective.NeedsReference ? pass.Compute(frozen, data.Train, read, startedWith.GetValueOrDefault(TrainKey), cancellation) : null;
        ReferenceLogProbs? evaluation = objective.NeedsReference && configuration.DoEval && data.Evaluation.Count > 0 ? pass.Compute(frozen, data.Evaluation, null, startedWith.GetValueOrDefault(EvaluationKey), cancellation) : null;
        bool startsAsReference = (start.ModelHash, start.AdapterHash) == (frozen.ModelHash, frozen.AdapterHash);
        ReferenceLogProbs? before = !configuration.ReportMargins ? null
            : startsAsReference && train is not null ? train : pass.Compute(start, reported.Base, reported.Needed, startedWith.GetValueOrDefault(BeforeKey), cancellation);
        return new RunReference(train, evaluation, before, reported);
    }

    private static FrozenModel Frozen(RunConfiguration configuration, RunModel model, FrozenModel start) => configuration.Reference switch
    {
        "start" => start,
        "base" => FrozenModel.Base(model.Decoder),
        string folder => FrozenModel.FromFolder(folder, configuration.RefModelAdapters, model.Decoder),
    };

    private static Dictionary<string, string> Facts(IReadOnlyDictionary<string, string> environment, RunData data) => new(environment)
    {
        ["tokenizer"] = data.Tokenizer?.ContentHash ?? "none",
        ["template"] = data.Chat?.ContentHash ?? "none",
    };
}

/// <summary>The training records whose margins are reported: the first of those that the steps read.</summary>
/// <param name="Base">The records that log-probabilities are computed along.</param>
/// <param name="Needed">The places in them whose log-probabilities are needed; null: all.</param>
/// <param name="Places">The places of the reported ones, ascending.</param>
internal sealed record ReportedRecords(IReadOnlyList<EncodedRecord> Base, IReadOnlySet<int>? Needed, IReadOnlyList<int> Places)
{
    /// <param name="records">All training records.</param>
    /// <param name="read">The places of those that the steps read; null: all.</param>
    public static ReportedRecords Of(IReadOnlyList<EncodedRecord> records, IReadOnlySet<int>? read)
    {
        int[] places = [.. (read?.Order() ?? Enumerable.Range(0, records.Count)).Take(RunReference.MostMargins)];
        return read is null ? new([.. records.Take(places.Length)], null, places) : new(records, places.ToHashSet(), places);
    }
}
