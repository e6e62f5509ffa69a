using TraceFast.Data.Progress;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>
/// The data sets of a run, encoded, in the order that the sampler's numbers refer to. A data set of more than a few megabytes is tokenized
/// once: its tokens are kept in files, by a hash of its content and of everything else that they depend on, and only places of records are
/// in memory. A smaller one, or a pipe, is encoded in memory.
/// </summary>
internal sealed class TokenizedDataSet : IDisposable
{
    private readonly OpenFiles _files = new();
    private readonly List<SourceTokens> _sources = [];
    private readonly DataSetOptions _options;
    private readonly RecordEncoding _encoding;
    private readonly Lazy<string>? _folder;
    private readonly TokenLimits _limits;
    private readonly IRunLog _log;
    private readonly CancellationToken _cancellation;
    private IReadOnlyList<(int Source, int Record)> _order = [];
    private IReadOnlyList<PartEntry[]> _entries = [];

    private TokenizedDataSet(
        DataSetOptions options, RecordEncoding encoding, Lazy<string>? folder, TokenLimits limits, IRunLog log,
        CancellationToken cancellation) =>
        (_options, _encoding, _folder, _limits, _log, _cancellation) = (options, encoding, folder, limits, log, cancellation);

    /// <summary>Records, those included that encoding leaves out.</summary>
    public int Count => _order.Count;

    /// <summary>A record went through the chat format.</summary>
    public bool HoldsText => _sources.Any(s => s.HoldsText);

    /// <summary>Reads, checks and mixes the data sets.</summary>
    /// <param name="folder">Where tokens are kept; null: all in memory.</param>
    /// <param name="limits">Null: the usual ones.</param>
    /// <exception cref="InputException">A file, an entry or a record is not what is expected, or tokens cannot be stored.</exception>
    public static TokenizedDataSet Load(
        DataSetOptions options, RecordEncoding encoding, Lazy<string>? folder, IRunLog log, CancellationToken cancellation,
        TokenLimits? limits = null)
    {
        TokenizedDataSet loaded = new(options, encoding, folder, limits ?? TokenLimits.Usual, log, cancellation);
        try
        {
            loaded.Load();
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Some of the records, in this order, and what encoding did to them.</summary>
    /// <param name="numbers">Null: all.</param>
    /// <exception cref="InputException">Their layouts differ, or one is too long under overflow: error.</exception>
    public (EncodedRecords Records, EncodingReport Report, IEnumerable<string> Reasons) Select(IReadOnlyList<int>? numbers)
    {
        EncodingReport report = new();
        List<long> kept = [];
        bool noted = false;
        foreach ((int source, int record) in Places(numbers))
        {
            _cancellation.ThrowIfCancellationRequested();
            PartEntry entry = _entries[source][record];
            EncodedOutcome outcome = _sources[source].ReadOutcome(record, entry);
            if (outcome.Bad && !_encoding.Options.SkipBadRecords)
                throw new InputException(outcome.Reason!); // another run has tokenized them, and skips it
            report.Add(outcome, entry.IsKept, entry.Tokens, entry.Longest);
            noted |= outcome.Note is not null;
            if (entry.IsKept)
                kept.Add((long)source << 32 | (uint)record);
        }
        report.RequireAllFit(_encoding.Options);
        string? hashes = _sources.Any(s => s.Key.Length == 0) ? null : Path.Combine(_folder!.Value, "hashes");
        return (new EncodedRecords(_sources, [.. kept], hashes), report, noted ? Reasons() : []);

        IEnumerable<string> Reasons() => Places(numbers)
            .Select(p => _sources[p.Source].ReadOutcome(p.Record, _entries[p.Source][p.Record]).Reason).OfType<string>();
    }

    /// <summary>After the last <see cref="Select"/>: forgets what only that needs.</summary>
    public void DropEntries() => (_entries, _order) = ([], []);

    public void Dispose() => _files.Dispose();

    private IEnumerable<(int Source, int Record)> Places(IReadOnlyList<int>? numbers) =>
        numbers is null ? _order : numbers.Select(number => _order[number]);

    private void Load()
    {
        IReadOnlyList<DataSource> sources = _options.Sources();
        BadRecordList bad = new();
        List<SourceReport> reports = [];
        InputException? refusal = null;
        foreach (DataSource source in sources)
        {
            (SourceTokens? tokens, SourceReport report, IReadOnlyList<BadRecord> badOfSource, bool unreadable, InputException? why) =
                Tokenize(source);
            reports.Add(report);
            foreach (string line in report.Describe())
                _log.Line(line);
            bad.Add(badOfSource, unreadable);
            refusal ??= why;
            if (tokens is not null)
                _sources.Add(tokens);
        }
        bad.ThrowIfRefused(_options.OnBadRecord, DataSetOrder.HowToSkip, reports.Sum(r => (long)r.RecordsRead));
        if (refusal is not null)
            throw refusal;
        _entries = [.. _sources.Select(s => s.ReadEntries())];
        DataSetOrder.RequireOneKind(
            _entries.Select(e => e is [{ Layout: RecordLayout.Pair }, ..]), _entries.Select(e => e is [{ Layout: RecordLayout.Quad }, ..]));
        _order = DataSetOrder.Of(_options, sources, [.. _sources.Select((s, i) => s.Ends(_entries[i]))], reports).Places;
        foreach (BadRecord record in bad.Records)
            _log.Line("  skipped " + record);
    }

    private (SourceTokens? Tokens, SourceReport Report, IReadOnlyList<BadRecord> Bad, bool Unreadable, InputException? Refusal) Tokenize(
        DataSource source)
    {
        long bytes = source.Files.Sum(RecordFile.JsonBytes);
        bool stored = _folder is not null && bytes >= _limits.LeastStored && source.Files.All(InputFile.IsRegular);
        (long Length, DateTime Written)[] before = stored ? States(source) : [];
        string key = stored ? KeyOf(source, bytes) : "";
        PartFolder? folder = stored ? new PartFolder(Path.Combine(_folder!.Value, key), _files, _log.Line) : null;
        if (folder?.TryOpenAll() is { } parts)
        {
            SourceTokens found = new(source, key, parts);
            _log.Line($"data set {source.Name}: its tokens are found on disk ({folder.Path})");
            return (found, found.Report, found.Bad, found.Unreadable, null);
        }
        folder?.Create();
        SourceTokenizer tokenizer = new(
            source, _options, _encoding, key, folder, RequireUnchanged, _limits, bytes, _log, _cancellation);
        if (tokenizer.Run() is not { } tokens)
        {
            folder?.RemoveIfEmpty();
            return (null, tokenizer.ReportOfRefused, tokenizer.Bad.Records, tokenizer.Bad.Unreadable, tokenizer.Refusal);
        }
        if (folder is not null)
        {
            folder.Complete(tokens);
            _log.Line($"data set {source.Name}: its tokens are kept for later runs ({folder.Path}, {tokens.Bytes >> 20} MB)");
        }
        return (tokens, tokens.Report, tokens.Bad, tokens.Unreadable, null);

        void RequireUnchanged()
        {
            if (stored && !before.SequenceEqual(States(source)))
                throw new InputException(
                    $"{string.Join(", ", source.Files)}: changed while it was read; start again when it is written whole");
        }
    }

    private static (long Length, DateTime Written)[] States(DataSource source) =>
        [.. source.Files.Select(f => new FileInfo(f)).Select(f => (f.Length, f.LastWriteTimeUtc))];

    /// <summary>Hash of all that the tokens of a data set depend on. The names of files are not among it.</summary>
    private string KeyOf(DataSource source, long bytes)
    {
        string[] contents = bytes < TokenLimits.SaidFrom ? Hashed(_ => { })
            : _log.Track(
                $"looking for the tokens of {source.Name}", "MB", bytes >> 20, 0, progress => Hashed(done => progress.Report(done >> 20)));
        using HashBuilder hash = new();
        string[] facts =
        [
            "tokens 2", source.StatedLayout, $"{_options.Stage}", $"{_options.ReadOf(source)}", $"{_options.VocabularySize}",
            .. _encoding.Facts,
            .. contents,
        ];
        foreach (string fact in facts)
            hash.AddCounted(fact);
        return hash.ToHex();

        string[] Hashed(Action<long> progress)
        {
            List<string> hashes = [];
            long before = 0;
            foreach (string file in source.Files)
            {
                string content = RecordFile.ContentHash(file, done => progress(before + done), _cancellation);
                hashes.Add($"{RecordFile.IsParquet(file)} {content}");
                before += new FileInfo(file).Length;
            }
            return [.. hashes];
        }
    }
}
