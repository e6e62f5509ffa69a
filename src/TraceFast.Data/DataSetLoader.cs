namespace TraceFast.Data;

/// <summary>One reading of all data sets of a run.</summary>
internal sealed class DataSetLoader
{
    private readonly DataSetOptions _options;
    private readonly BadRecordList _bad = new();
    private readonly List<SourceReport> _reports = [];

    public DataSetLoader(DataSetOptions options) => _options = options;

    public DataSet Load()
    {
        IReadOnlyList<DataSource> sources = _options.Sources();
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
        DataSetOrder.RequireOneKind(
            read.Select(records => records is [PairRecord, ..]), read.Select(records => records is [QuadRecord, ..]));
        DataSetOrder order = DataSetOrder.Of(_options, sources, ends, _reports);
        return new DataSet(_options.Stage, [.. order.Places.Select(place => read[place.Source][place.Record])], _reports, _bad.Records);
    }

    /// <summary>Reads without keeping the records: what <c>data validate</c> reports.</summary>
    public (IReadOnlyList<SourceReport> Sources, IReadOnlyList<BadRecord> Bad) Validate()
    {
        foreach (DataSource source in _options.Sources())
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
        SourceReport report = SourceReport.Of(source, reader, count, _bad.Records.Count - badBefore);
        _reports.Add(report);
        foreach (string line in report.Describe())
            _options.Notice?.Invoke(line);
    }
}
