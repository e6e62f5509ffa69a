namespace TraceFast.Data;

/// <summary>
/// Reads data sets one record at a time, in the order of their files, for work that needs each record once. A bad record does not stop it;
/// whoever reads to the end calls <see cref="ThrowIfBad"/> before keeping what came of it.
/// </summary>
public sealed class DataSetStream(DataSetOptions options)
{
    private readonly BadRecordList _bad = new();

    /// <summary>Records read so far, bad ones included.</summary>
    public int RecordsRead { get; private set; }

    public IReadOnlyList<BadRecord> Bad => _bad.Records;

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
                _bad.Add(outcome);
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
        _bad.ThrowIfRefused(options.OnBadRecord, "leave them out with --skip-bad", RecordsRead);
        if (RecordsRead == Bad.Count)
            throw new InputException(
                $"{string.Join(", ", options.Names)}: no record to read ({RecordsRead} read, {Bad.Count} of them bad)");
    }
}
