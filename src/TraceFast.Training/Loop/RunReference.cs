using TraceFast.Data.Progress;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>Log-probabilities that are computed before the first step.</summary>
/// <param name="Train">The reference's on the training records; null where the objective needs none.</param>
/// <param name="Evaluation">The reference's on the evaluation records; null likewise.</param>
/// <param name="Before">The starting policy's on <paramref name="Reported"/>, for the margins before training; null where the
/// objective has no preference and if not configured.</param>
/// <param name="Reported">The training records whose margins are reported.</param>
internal sealed record RunReference(
    ReferenceLogProbs? Train, ReferenceLogProbs? Evaluation, ReferenceLogProbs? Before, ReportedRecords Reported)
{
    /// <summary>Margins before and after are reported for at most this many records, which bounds the cost of the report.</summary>
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
            foreach ((string name, ReferenceLogProbs? values) in
                new[] { (TrainKey, Train), (EvaluationKey, Evaluation), (BeforeKey, Before) })
                if (values is not null)
                    keys[name] = values.Key;
            return keys;
        }
    }

    /// <param name="run">The policy before its first step, the records, the objective, and which records the steps read.</param>
    /// <param name="startedWith">The keys in the checkpoint that is resumed; empty without one.</param>
    /// <param name="ranks">They share the work.</param>
    public static RunReference Compute(
        RunConfiguration configuration, LoadedRun run, IReadOnlyDictionary<string, string> startedWith, ReferenceCache cache,
        Communicator ranks, IRunLog log, CancellationToken cancellation)
    {
        (RunModel model, RunData data, Objective objective) = (run.Model, run.Data, run.Plan.Objective);
        if (objective.SumsLabels)
            return new RunReference(null, null, null, new ReportedRecords(data.Train, null, []));
        IReadOnlySet<int>? read = run.Plan.Steps.RecordsRead(data.Train.Count);
        ReportedRecords reported = ReportedRecords.Of(data.Train, read);
        ReferencePass pass = new(cache, configuration.Packing, objective.Roles, Facts(model, data), ranks, log);
        using ReferenceModel start = ReferenceModel.Start(model.Decoder, model.HasNewAdapter);
        using ReferenceModel referenceModel = ReferenceOf(configuration, model, start);
        ReferenceLogProbs? train = !objective.NeedsReference ? null
            : pass.Compute(referenceModel, data.Train, read, startedWith.GetValueOrDefault(TrainKey), cancellation);
        ReferenceLogProbs? evaluation = !objective.NeedsReference || !configuration.DoEval || data.Evaluation.Count == 0 ? null
            : pass.Compute(referenceModel, data.Evaluation, null, startedWith.GetValueOrDefault(EvaluationKey), cancellation);
        bool startsAsReference = (start.ModelHash, start.AdapterHash) == (referenceModel.ModelHash, referenceModel.AdapterHash);
        ReferenceLogProbs? before = !configuration.ReportMargins ? null
            : startsAsReference && train is not null ? train
            : pass.Compute(start, reported.Base, reported.Needed, startedWith.GetValueOrDefault(BeforeKey), cancellation);
        return new RunReference(train, evaluation, before, reported);
    }

    private static ReferenceModel ReferenceOf(RunConfiguration configuration, RunModel model, ReferenceModel start) =>
        configuration.Reference switch
    {
        "start" => start,
        "base" => ReferenceModel.Base(model.Decoder),
        string folder => ReferenceModel.FromFolder(folder, configuration.RefModelAdapters, model.Decoder),
    };

    /// <summary>What log-probabilities depend on besides model weights and records.</summary>
    private static Dictionary<string, string> Facts(RunModel model, RunData data) => new(RunEnvironment.Describe(model.Decoder.Options))
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
    /// <param name="read">The places of those that the steps read; null: all.</param>
    public static ReportedRecords Of(IReadOnlyList<EncodedRecord> records, IReadOnlySet<int>? read)
    {
        int[] places = [.. (read?.Order() ?? Enumerable.Range(0, records.Count)).Take(RunReference.MostMargins)];
        return read is null ? new([.. records.Take(places.Length)], null, places) : new(records, places.ToHashSet(), places);
    }
}
