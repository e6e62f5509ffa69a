using System.Collections;
using System.Text.Json.Serialization;
using TraceFast.Data.Sampling;

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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? OtherMessageKeys = null);

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

    /// <summary>
    /// Splits validation records off as <c>datasets.train_test_split(seed)</c> does; see <see cref="TrainTestSplit"/>.
    /// </summary>
    /// <param name="validationSize">Below 1 a share, from 1 on a count.</param>
    /// <param name="seed">The run's seed.</param>
    public (DataSet Train, DataSet Validation) Split(double validationSize, long seed)
    {
        (int[] train, int[] test) = TrainTestSplit.Split(Count, validationSize, seed);
        return (Select(train), Select(test));
    }

    /// <summary>The records of these numbers, in this order.</summary>
    public DataSet Select(IReadOnlyList<int> numbers) => new(Stage, [.. numbers.Select(number => _records[number])], Sources, Bad);

    public IEnumerator<TrainingRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
