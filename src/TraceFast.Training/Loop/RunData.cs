using TraceFast.Data.Progress;
using TraceFast.Data.Sampling;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization;
using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;
using TraceFast.Training.TokenCache;

namespace TraceFast.Training.Loop;

/// <summary>The records of a run as token ids, split, each split in the order that the sampler's numbers refer to.</summary>
/// <param name="Evaluation">What the loss is evaluated on; may be empty.</param>
/// <param name="Tokenizer">The model's; null where all records hold ready ids and the model folder has none.</param>
/// <param name="Chat">How conversations became ids; null where all records hold ready ids.</param>
/// <param name="Sets">What the records are read from.</param>
internal sealed record RunData(
    EncodedRecords Train, EncodedRecords Evaluation, RecordLayout Layout, Tokenizer? Tokenizer, ChatFormat? Chat,
    IReadOnlyList<TokenizedDataSet> Sets) : IDisposable
{
    /// <summary>Reads, splits and encodes; prints the template, its system text and the first record's labelled tokens.</summary>
    /// <param name="started">The local time at which the run began, for templates that print it.</param>
    /// <param name="tokenFolder">Where tokens are kept; null: in memory.</param>
    /// <param name="log">Gets what was read, and why anything was left out.</param>
    /// <exception cref="InputException">A file, record or template is invalid.</exception>
    public static RunData Load(
        RunConfiguration c, DateTime started, int vocabularySize, Lazy<string>? tokenFolder, IRunLog log, CancellationToken cancellation)
    {
        (Tokenizer? tokenizer, RecordEncoding encoding) = Encoding(c, started, vocabularySize);
        List<TokenizedDataSet> sets = [];
        try
        {
            sets.Add(Read(c.Dataset));
            if (c.EvalDataset.Count > 0)
                sets.Add(Read(c.EvalDataset));
            ChatFormat? chat = sets.Any(s => s.HoldsText) ? encoding.Format : null;
            foreach (string line in chat?.Describe() ?? (IReadOnlyList<string>)["template: none, the records hold token ids"])
                log.Line(line);
            (int[] train, int[] test)? split =
                c.EvalDataset.Count == 0 && c.ValSize > 0 ? TrainTestSplit.Split(sets[0].Count, c.ValSize, c.Seed) : null;
            (EncodedRecords records, RecordLayout layout) = Select(sets[0], split?.train, "training");
            (EncodedRecords evaluation, RecordLayout ofEvaluation) =
                split is not null ? Select(sets[0], split.Value.test, "evaluation")
                : sets.Count > 1 ? Select(sets[1], null, "evaluation")
                : (EncodedRecords.None, layout);
            if (records.Count > 0)
            {
                log.Line($"first record, {records.OriginOf(0)}:");
                foreach (string line in new RecordEncoder(chat, encoding.Options).Describe(records[0]))
                    log.Line("  " + line);
            }
            if (evaluation.Count > 0 && ofEvaluation != layout)
                throw new InputException(
                    $"{c.Where("eval_dataset")}: eval_dataset holds {ofEvaluation} records, dataset {layout}; expected the same kind");
            foreach (TokenizedDataSet set in sets)
                set.DropEntries();
            return new RunData(records, evaluation, layout, tokenizer, chat, sets);
        }
        catch
        {
            foreach (TokenizedDataSet set in sets)
                set.Dispose();
            throw;
        }

        TokenizedDataSet Read(IReadOnlyList<string> names) =>
            TokenizedDataSet.Load(Options(c, names, vocabularySize, log), encoding, tokenFolder, log, cancellation);

        (EncodedRecords, RecordLayout) Select(TokenizedDataSet set, int[]? numbers, string name)
        {
            (EncodedRecords selected, EncodingReport report, IEnumerable<string> reasons) = set.Select(numbers);
            foreach (string line in report.Describe(name, reasons, encoding.Format, c.Chat.SplitSpecialTokens))
                log.Line(line);
            return (selected, report.Layout ?? RecordLayout.Sft);
        }
    }

    public void Dispose()
    {
        foreach (TokenizedDataSet set in Sets)
            set.Dispose();
    }

    /// <summary>Without a tokenizer or a template only records of token ids can be read, which need none.</summary>
    private static (Tokenizer?, RecordEncoding) Encoding(RunConfiguration c, DateTime started, int vocabularySize)
    {
        EncodingOptions options = c.EncodingFor(vocabularySize);
        Tokenizer? tokenizer = Tokenizer.IsIn(c.ModelNameOrPath) ? Tokenizer.Load(c.ModelNameOrPath) : null;
        try
        {
            Tokenizer needed = tokenizer ?? Tokenizer.Load(c.ModelNameOrPath);
            ChatFormat chat = c.Template is string template
                ? ChatFormat.ForTemplate(template, needed, c.ModelNameOrPath, c.Chat)
                : ChatFormat.FromModel(c.ModelNameOrPath, needed, started, c.Chat);
            chat.RequireAnswers();
            RecordEncoder.Require(chat, options);
            return (needed, new RecordEncoding(chat, null, options));
        }
        catch (InputException e)
        {
            return (tokenizer, new RecordEncoding(null, e, options));
        }
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
}
