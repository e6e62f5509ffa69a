namespace TraceFast.Data;

/// <summary>
/// Reads data sets one record at a time, in the order of their files, for work that needs each record once. A bad record does not stop it;
/// whoever reads to the end calls <see cref="ThrowIfBad"/> before keeping what came of it.
/// </summary>
public sealed class DataSetStream(DataSetOptions options)
{
    private readonly List<BadRecord> _bad = [];
    private bool _unreadable;

    /// <summary>Records read so far, bad ones included.</summary>
    public int RecordsRead { get; private set; }

    public IReadOnlyList<BadRecord> Bad => _bad;

    /// <exception cref="InputException">A file or an entry is not what is expected, or too many records are bad.</exception>
    public IEnumerable<TrainingRecord> Read()
    {
        foreach (DataSource source in DatasetInfo.Resolve(options.Names, options.Directory, options.Notice))
        {
            RecordReader reader = new(source, options.Stage, options.VocabularySize);
            int ofSource = 0;
            foreach (ReadOutcome outcome in reader.Read())
            {
                RecordsRead++;
                _unreadable |= outcome.Fatal;
                if (outcome.Error != null)
                    Add(new BadRecord(outcome.Origin, outcome.Error));
                foreach (TrainingRecord record in outcome.Records)
                    yield return record;
                if (++ofSource == options.MaxSamples)
                    break;
            }
        }
    }

    /// <exception cref="BadRecordsException">Records cannot be used and are not to be skipped, or a file cannot be read to its
    /// end.</exception>
    /// <exception cref="InputException">There was no record at all.</exception>
    public void ThrowIfBad()
    {
        if (_bad.Count > 0 && (options.OnBadRecord == OnBadRecord.Error || _unreadable))
        {
            string advice = _unreadable
                ? "A file cannot be read to its end: repair it" : "Fix or remove them, or leave them out with --skip-bad";
            throw new BadRecordsException(_bad, $"{advice} (of {RecordsRead} records read).");
        }
        if (RecordsRead == _bad.Count)
            throw new InputException(
                $"{string.Join(", ", options.Names)}: no record to read ({RecordsRead} read, {_bad.Count} of them bad)");
    }

    private void Add(BadRecord record)
    {
        if (_bad.Count == DataSetLoader.MaxBadRecords)
            throw new BadRecordsException(
                _bad, $"more than {DataSetLoader.MaxBadRecords} records are bad; this is not a file of records "
                    + "in one of the known layouts");
        _bad.Add(record);
    }
}
