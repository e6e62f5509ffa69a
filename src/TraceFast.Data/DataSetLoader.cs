using TraceFast.Data.Sampling;

namespace TraceFast.Data;

/// <summary>One reading of all data sets of a run.</summary>
internal sealed class DataSetLoader
{
    /// <summary>So many bad records mean that the file is not what it was taken for; reading on would only cost time and memory.</summary>
    internal const int MaxBadRecords = 100_000;

    private readonly DataSetOptions _options;
    private readonly List<BadRecord> _bad = [];
    private readonly List<SourceReport> _reports = [];
    private bool _unreadable;

    public DataSetLoader(DataSetOptions options)
    {
        if (options.MaxSamples <= 0)
            throw new InputException($"max_samples: {options.MaxSamples} leaves nothing to read; it must be at least 1");
        _options = options;
    }

    public DataSet Load()
    {
        NumpyRandomState state = new(unchecked((uint)_options.Seed));
        List<List<TrainingRecord>> sources = [];
        foreach (DataSource source in DatasetInfo.Resolve(_options.Names, _options.Directory, _options.Notice))
            sources.Add(ReadSource(source, state));
        ThrowIfBad();
        for (int i = 0; i < sources.Count; i++)
            if (sources[i].Count == 0)
                throw new InputException(
                    $"{string.Join(", ", _reports[i].Files)}: no record to train on "
                        + $"({_reports[i].RecordsRead} read, {_reports[i].BadRecords} of them bad)");
        CheckOneKind(sources);
        List<(int Source, int Record)> order = Mixing.Order(
            [.. sources.Select(source => source.Count)], _options.MixStrategy, _options.InterleaveProbabilities, _options.Seed);
        return new DataSet(_options.Stage, [.. order.Select(place => sources[place.Source][place.Record])], _reports, _bad);
    }

    /// <summary>Reads without keeping the records: what <c>data validate</c> reports.</summary>
    public (IReadOnlyList<SourceReport> Sources, IReadOnlyList<BadRecord> Bad) Validate()
    {
        foreach (DataSource source in DatasetInfo.Resolve(_options.Names, _options.Directory, _options.Notice))
            ReadEach(source, _options.MaxSamples, _ => { });
        return (_reports, _bad);
    }

    private List<TrainingRecord> ReadSource(DataSource source, NumpyRandomState state)
    {
        // num_samples draws from all records, so all are read; max_samples then takes the first of what was drawn.
        List<TrainingRecord[]> read = new();
        ReadEach(source, source.SampleCount == null ? _options.MaxSamples : null, read.Add);
        IEnumerable<TrainingRecord[]> used = read;
        if (source.SampleCount is { } wanted && read.Count > 0)
            used = Sample(read.Count, wanted, state).Take(_options.MaxSamples ?? int.MaxValue).Select(number => read[number]);
        return [.. used.SelectMany(records => records)];
    }

    /// <summary>
    /// As LLaMA-Factory draws num_samples: a permutation, then, for what is beyond the data set, records with replacement.
    /// </summary>
    private static int[] Sample(int count, int wanted, NumpyRandomState state)
    {
        int[] permutation = state.Permutation(count);
        return wanted <= count ? permutation[..wanted] : [.. permutation, .. state.Choice(count, wanted - count)];
    }

    private void ReadEach(DataSource source, int? limit, Action<TrainingRecord[]> keep)
    {
        RecordReader reader = new(source, _options.Stage, _options.VocabularySize);
        int count = 0;
        int badBefore = _bad.Count;
        foreach (ReadOutcome outcome in reader.Read())
        {
            count++;
            if (outcome.Error != null)
                Add(new BadRecord(outcome.Origin, outcome.Error));
            _unreadable |= outcome.Fatal;
            // A refused run needs the list of what is bad, not the records.
            if (_options.OnBadRecord == OnBadRecord.Skip || _bad.Count == 0)
                keep(outcome.Records);
            if (count == limit)
                break;
        }
        SourceReport report = new(
            source.Name, source.Files, reader.Layout?.Name, count, _bad.Count - badBefore, [.. reader.UnusedKeys],
            reader.OtherMessageKeys.Count == 0 ? null : [.. reader.OtherMessageKeys]);
        _reports.Add(report);
        Log(report);
    }

    private void Add(BadRecord record)
    {
        if (_bad.Count == MaxBadRecords)
            throw new BadRecordsException(
                _bad, $"more than {MaxBadRecords} records are bad; this is not a file of records in one of the known layouts");
        _bad.Add(record);
    }

    private void ThrowIfBad()
    {
        if (_bad.Count == 0 || (_options.OnBadRecord == OnBadRecord.Skip && !_unreadable))
            return;
        string advice = _unreadable
            ? "A file cannot be read to its end: repair it" : "Fix or remove them, or set on_bad_record: skip to leave them out";
        throw new BadRecordsException(_bad, $"{advice} (of {_reports.Sum(report => (long)report.RecordsRead)} records read).");
    }

    private static void CheckOneKind(List<List<TrainingRecord>> sources)
    {
        if (sources.Any(source => source[0] is PairRecord) && sources.Any(source => source[0] is QuadRecord))
            throw new InputException(
                "dataset: some data sets hold pairs and some hold quads; a run trains on one kind (name them in runs of their own)");
    }

    private void Log(SourceReport report)
    {
        string skipped = report.BadRecords == 0 ? "" : $", {report.BadRecords} of them bad";
        _options.Notice?.Invoke($"data set {report.Name}: {report.RecordsRead} records{skipped}, layout {report.Layout ?? "unknown"}");
        if (report.UnusedKeys.Count > 0)
            _options.Notice?.Invoke($"data set {report.Name}: keys that are not used: {string.Join(", ", report.UnusedKeys)}");
        if (report.OtherMessageKeys is { } others)
            _options.Notice?.Invoke(
                $"data set {report.Name}: keys of messages that are not used, but by a model's "
                    + $"own chat template that reads them: {string.Join(", ", others)}");
    }
}
