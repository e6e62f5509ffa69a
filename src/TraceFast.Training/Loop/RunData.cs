using TraceFast.Data.Progress;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization;
using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Loop;

/// <summary>The records of a run as token ids, split, each split in the order that the sampler's numbers refer to.</summary>
/// <param name="Evaluation">What the loss is evaluated on; may be empty.</param>
/// <param name="Tokenizer">The model's; null where all records hold ready ids and the model folder has none.</param>
/// <param name="Chat">How conversations became ids; null where all records hold ready ids.</param>
internal sealed record RunData(
    IReadOnlyList<EncodedRecord> Train, IReadOnlyList<EncodedRecord> Evaluation, IReadOnlyList<SourceLocation> EvaluationOrigins,
    RecordLayout Layout, Tokenizer? Tokenizer, ChatFormat? Chat)
{
    /// <summary>Reads, splits and encodes; prints the template, its system text and the first record's labelled tokens.</summary>
    /// <param name="started">The local time at which the run began, for templates that print it.</param>
    /// <param name="log">Gets what was read, and why anything was left out.</param>
    /// <exception cref="InputException">A file, record or template is invalid.</exception>
    public static RunData Load(RunConfiguration c, DateTime started, int vocabularySize, IRunLog log)
    {
        DataSet all = Read(c, c.Dataset, vocabularySize, log);
        (DataSet train, DataSet? evaluation) = c.EvalDataset.Count > 0 ? (all, Read(c, c.EvalDataset, vocabularySize, log))
            : c.ValSize > 0 ? all.Split(c.ValSize, c.Seed)
            : (all, null);
        bool hasText = train.Any(HoldsText) || evaluation?.Any(HoldsText) == true;
        Tokenizer? tokenizer = hasText || Tokenizer.IsIn(c.ModelNameOrPath) ? Tokenizer.Load(c.ModelNameOrPath) : null;
        ChatFormat? chat = !hasText ? null
            : c.Template is string template ? ChatFormat.ForTemplate(template, tokenizer!, c.ModelNameOrPath, c.Chat)
            : ChatFormat.FromModel(c.ModelNameOrPath, tokenizer!, started, c.Chat);
        chat?.RequireAnswers();
        foreach (string line in chat?.Describe() ?? (IReadOnlyList<string>)["template: none, the records hold token ids"])
            log.Line(line);

        RecordEncoder encoder = new(chat, c.EncodingFor(vocabularySize));
        EncodedDataset encoded = Encode(c, encoder, train, "training", log);
        EncodedDataset? encodedEvaluation = evaluation is null ? null : Encode(c, encoder, evaluation, "evaluation", log);
        if (encoded.Records.Count > 0)
        {
            log.Line($"first record, {encoded.Origins[0]}:");
            foreach (string line in encoder.Describe(encoded.Records[0]))
                log.Line("  " + line);
        }

        if (encodedEvaluation is { Records.Count: > 0 } && encodedEvaluation.Layout != encoded.Layout)
            throw new InputException(
                $"{c.Where("eval_dataset")}: eval_dataset holds {encodedEvaluation.Layout} records, dataset {encoded.Layout}; expected "
                    + "the same kind");
        return new RunData(
            encoded.Records, encodedEvaluation?.Records ?? [], encodedEvaluation?.Origins ?? [], encoded.Layout, tokenizer, chat);
    }

    private static DataSet Read(RunConfiguration c, IReadOnlyList<string> names, int vocabularySize, IRunLog log)
    {
        DataSet records = DataSet.Load(Options(c, names, vocabularySize, log));
        foreach (BadRecord bad in records.Bad)
            log.Line("  skipped " + bad);
        return records;
    }

    private static DataSetOptions Options(RunConfiguration c, IReadOnlyList<string> names, int vocabularySize, IRunLog log) => new()
    {
        Names = names,
        Stage = c.Stage,
        Directory = c.DatasetDir,
        OnBadRecord = c.SkipBadRecords ? OnBadRecord.Skip : OnBadRecord.Error,
        MaxSamples = c.MaxSamples,
        MixStrategy = c.MixStrategy,
        InterleaveProbabilities = c.InterleaveProbs.Count > 0 ? c.InterleaveProbs : null,
        Seed = c.Seed,
        VocabularySize = vocabularySize,
        Notice = log.Line,
    };

    private static EncodedDataset Encode(RunConfiguration c, RecordEncoder encoder, DataSet records, string split, IRunLog log)
    {
        EncodedDataset encoded = encoder.Encode(records);
        log.Line($"{split}: {encoded.Report}");
        foreach (string reason in encoded.Report.Reasons)
            log.Line("  " + reason);
        if (encoded.Report.LongestWhole > 0)
            log.Line(
                $"{split}: cutoff_len {encoded.Report.LongestWhole}{(encoded.Report.LongestWholeIsLowerBound ? " or more" : "")} keeps "
                    + "all records whole");
        if (encoded.Report.Spelled.Count > 0)
            log.Line(
                $"{split}: texts of records contain special tokens: {string.Join(", ", encoded.Report.Spelled)}; "
                + (c.Chat.SplitSpecialTokens
                    ? "each is cut into pieces as plain text (split_special_tokens: true)"
                    : "each becomes its one id (split_special_tokens: true treats them as plain text)"));
        return encoded;
    }

    private static bool HoldsText(TrainingRecord record) => record switch
    {
        SftRecord => true,
        PairRecord r => r.Prompt is Prompt.Chat || r.Chosen is Response.Text || r.Rejected is Response.Text,
        QuadRecord r => r.X1 is Prompt.Chat || r.X2 is Prompt.Chat || r.Y1 is Response.Text || r.Y2 is Response.Text,
        _ => false,
    };
}
