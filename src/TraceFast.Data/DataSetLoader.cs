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
        IReadOnlyList<DataSource> sources = DatasetInfo.Resolve(_options.Names, _options.Directory, _options.Notice);
        List<List<TrainingRecord>> read = [];
        List<int[]> ends = [];
        foreach (DataSource source in sources)
        {
            List<TrainingRecord> records = [];
            List<int> endOfEach = [];
            ReadEach(source, _options.ReadOf(source), kept =>
            {
                records.AddRange(kept);
                endOfEach.Add(records.Count);
            });
            read.Add(records);
            ends.Add([.. endOfEach]);
        }
        _bad.ThrowIfRefused(_options.OnBadRecord, DataSetOrder.HowToSkip, _reports.Sum(report => (long)report.RecordsRead));
        DataSetOrder order = DataSetOrder.Of(_options, sources, ends, _reports);
        DataSetOrder.RequireOneKind(read.Select(records => records[0] is PairRecord), read.Select(records => records[0] is QuadRecord));
        return new DataSet(_options.Stage, [.. order.Places.Select(place => read[place.Source][place.Record])], _reports, _bad.Records);
    }

    /// <summary>Reads without keeping the records: what <c>data validate</c> reports.</summary>
    public (IReadOnlyList<SourceReport> Sources, IReadOnlyList<BadRecord> Bad) Validate()
    {
        foreach (DataSource source in DatasetInfo.Resolve(_options.Names, _options.Directory, _options.Notice))
            ReadEach(source, _options.MaxSamples, _ => { });
        return (_reports, _bad.Records);
    }

    private void ReadEach(DataSource source, int? limit, Action<IReadOnlyList<TrainingRecord>> keep)
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
            source.Name, source.Files, reader.Layout, count, _bad.Records.Count - badBefore, [.. reader.UnusedKeys],
            reader.OtherMessageKeys.Count == 0 ? null : [.. reader.OtherMessageKeys]);
        _reports.Add(report);
        foreach (string line in report.Describe())
            _options.Notice?.Invoke(line);
    }
}
