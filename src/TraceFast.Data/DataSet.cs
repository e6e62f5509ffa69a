using System.Collections;
using System.Text.Json.Serialization;

namespace TraceFast.Data;

/// <summary>What was read of one data set.</summary>
/// <param name="Name">Its entry in dataset_info.json, or its path.</param>
/// <param name="Files">Its files.</param>
/// <param name="Layout">The layout its records are in; null when it holds no record at all.</param>
/// <param name="RecordsRead">Records looked at (max_samples stops the reading).</param>
/// <param name="BadRecords">How many of those cannot be used.</param>
/// <param name="UnusedKeys">Keys that records have and the layout does not read.</param>
/// <param name="OtherMessageKeys">Keys of single messages that no layout reads, and only a model's own chat template may; null: there are
/// none.</param>
public sealed record SourceReport(
    string Name, IReadOnlyList<string> Files, string? Layout, int RecordsRead, int BadRecords, IReadOnlyList<string> UnusedKeys,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? OtherMessageKeys = null)
{
    internal const int MostKeys = 20;

    /// <param name="reader">Which has read it.</param>
    public static SourceReport Of(DataSource source, RecordReader reader, int recordsRead, int badRecords) =>
        Of(source, reader.Layout, recordsRead, badRecords, reader.UnusedKeys, reader.OtherMessageKeys);

    /// <param name="unusedKeys">The first 20 of them are named; so of <paramref name="messageKeys"/>.</param>
    public static SourceReport Of(
        DataSource source, string? layout, int recordsRead, int badRecords, IEnumerable<string> unusedKeys, IEnumerable<string> messageKeys)
    {
        string[] ofMessages = [.. messageKeys.Take(MostKeys)];
        return new(
            source.Name, source.Files, layout, recordsRead, badRecords, [.. unusedKeys.Take(MostKeys)],
            ofMessages.Length == 0 ? null : ofMessages);
    }

    /// <summary>Lines for the log: what was read, and what of it is not used.</summary>
    public IEnumerable<string> Describe()
    {
        string skipped = BadRecords == 0 ? "" : $", {BadRecords} of them bad";
        yield return $"data set {Name}: {RecordsRead} records{skipped}, layout {Layout ?? "unknown"}";
        if (UnusedKeys.Count > 0)
            yield return $"data set {Name}: keys that are not used: {string.Join(", ", UnusedKeys)}";
        if (OtherMessageKeys is { } others)
            yield return $"data set {Name}: keys of messages that are not used, but by a model's own chat template that reads them: "
                + string.Join(", ", others);
    }
}

/// <summary>The records of one run: of one or several data sets, mixed, in the order that the sampler's numbers refer to.</summary>
public sealed class DataSet : IReadOnlyList<TrainingRecord>
{
    private readonly IReadOnlyList<TrainingRecord> _records;

    internal DataSet(Stage stage, IReadOnlyList<TrainingRecord> records, IReadOnlyList<SourceReport> sources, IReadOnlyList<BadRecord> bad)
    {
        Stage = stage;
        _records = records;
        Sources = sources;
        Bad = bad;
    }

    public Stage Stage { get; }

    public int Count => _records.Count;

    public IReadOnlyList<SourceReport> Sources { get; }

    /// <summary>Records left out under <see cref="OnBadRecord.Skip"/>.</summary>
    public IReadOnlyList<BadRecord> Bad { get; }

    public TrainingRecord this[int index] => _records[index];

    /// <summary>Reads, checks and mixes the data sets.</summary>
    /// <exception cref="BadRecordsException">Records cannot be used and are not to be skipped; every one is listed.</exception>
    /// <exception cref="InputException">A file, an entry or an option is not what is expected, or nothing is left to train on.</exception>
    public static DataSet Load(DataSetOptions options) => new DataSetLoader(options).Load();

    public IEnumerator<TrainingRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
