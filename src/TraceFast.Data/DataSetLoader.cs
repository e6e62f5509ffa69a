using TraceFast.Data.Sampling;

namespace TraceFast.Data;

/// <summary>One reading of all data sets of a run.</summary>
internal sealed class DataSetLoader
{
    private readonly DataSetOptions _options;
    private readonly BadRecordList _bad = new();
    private readonly List<SourceReport> _reports = [];

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
        _bad.ThrowIfRefused(
            _options.OnBadRecord, "set on_bad_record: skip to leave them out", _reports.Sum(report => (long)report.RecordsRead));
        for (int i = 0; i < sources.Count; i++)
            if (sources[i].Count == 0)
                throw new InputException(
                    $"{string.Join(", ", _reports[i].Files)}: no record to train on "
                        + $"({_reports[i].RecordsRead} read, {_reports[i].BadRecords} of them bad)");
        CheckOneKind(sources);
        List<(int Source, int Record)> order = Mixing.Order(
            [.. sources.Select(source => source.Count)], _options.MixStrategy, _options.InterleaveProbabilities, _options.Seed);
        return new DataSet(_options.Stage, [.. order.Select(place => sources[place.Source][place.Record])], _reports, _bad.Records);
    }

    /// <summary>Reads without keeping the records: what <c>data validate</c> reports.</summary>
    public (IReadOnlyList<SourceReport> Sources, IReadOnlyList<BadRecord> Bad) Validate()
    {
        foreach (DataSource source in DatasetInfo.Resolve(_options.Names, _options.Directory, _options.Notice))
            ReadEach(source, _options.MaxSamples, _ => { });
        return (_reports, _bad.Records);
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
        int badBefore = _bad.Records.Count;
        foreach (ReadOutcome outcome in reader.Read())
        {
            count++;
            _bad.Add(outcome);
            // A refused run needs the list of what is bad, not the records.
            if (_options.OnBadRecord == OnBadRecord.Skip || _bad.Records.Count == 0)
                keep(outcome.Records);
            if (count == limit)
                break;
        }
        SourceReport report = new(
            source.Name, source.Files, reader.Layout?.Name, count, _bad.Records.Count - badBefore, [.. reader.UnusedKeys],
            reader.OtherMessageKeys.Count == 0 ? null : [.. reader.OtherMessageKeys]);
        _reports.Add(report);
        Log(report);
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
