using TraceFast.Training.Metrics.TensorBoard;

namespace TraceFast.Training.Metrics;

/// <summary>
/// The files that a run appends to, in its output folder: <c>metrics.jsonl</c>, <c>evaluations.jsonl</c>, on request <c>records.jsonl</c>
/// and a TensorBoard event file under <c>runs/</c>. A run starts them empty, or cuts them back to the lengths that its checkpoint holds.
/// </summary>
internal sealed class RunFiles : IDisposable
{
    public const string MetricsFile = "metrics.jsonl";
    public const string EvaluationsFile = "evaluations.jsonl";
    public const string RecordsFile = "records.jsonl";
    private const string DefaultEventFolder = "runs";

    private readonly string _folder;
    private readonly JsonLinesFile _metrics;
    private readonly JsonLinesFile _evaluations;
    private readonly JsonLinesFile? _records;
    private readonly EventFile? _events;

    private RunFiles(string folder, JsonLinesFile metrics, JsonLinesFile evaluations, JsonLinesFile? records, EventFile? events) =>
        (_folder, _metrics, _evaluations, _records, _events) = (folder, metrics, evaluations, records, events);

    /// <param name="eventFolder">The folder of the event file; null: <c>runs</c> in the output folder, where older ones are
    /// removed.</param>
    /// <param name="lengths">The lengths in the checkpoint, by relative path; null starts them empty.</param>
    /// <exception cref="MetricsFileException">A file is shorter than the checkpoint says.</exception>
    public static RunFiles Open(
        string folder, bool logRecords, bool tensorBoard, string? eventFolder, IReadOnlyDictionary<string, long>? lengths)
    {
        Directory.CreateDirectory(folder);
        string ownEvents = Path.Combine(folder, DefaultEventFolder);
        string? eventFile = lengths?.Keys.FirstOrDefault(
            name => Path.GetFileName(name).StartsWith(EventFile.NamePrefix, StringComparison.Ordinal));
        foreach (string other in Directory.Exists(ownEvents) ? Directory.GetFiles(ownEvents, EventFile.NamePrefix + "*") : [])
            if (eventFile is null || Path.GetFileName(other) != Path.GetFileName(eventFile))
                File.Delete(other);
        if (!logRecords)
            File.Delete(Path.Combine(folder, RecordsFile));
        return new RunFiles(
            folder,
            Lines(MetricsFile),
            Lines(EvaluationsFile),
            logRecords ? Lines(RecordsFile) : null,
            !tensorBoard ? null
                : eventFile is null ? EventFile.Create(eventFolder ?? ownEvents, DateTimeOffset.UtcNow)
                : new EventFile(AppendedFile.Open(Path.Combine(folder, eventFile), lengths![eventFile])));

        JsonLinesFile Lines(string name) => new(AppendedFile.Open(Path.Combine(folder, name), lengths?.GetValueOrDefault(name) ?? 0));
    }

    /// <summary>Checks the lines that a checkpoint relies on, before anything is computed.</summary>
    /// <exception cref="MetricsFileException">A file is shorter than the checkpoint says, or a line is not what the run wrote.</exception>
    public static void Check(string folder, IReadOnlyDictionary<string, long> lengths)
    {
        foreach ((string name, long length) in lengths)
            if (name is MetricsFile or EvaluationsFile or RecordsFile)
                LoggedLines.Check(Path.Combine(folder, name), length);
    }

    public void Add(StepMetrics step, IEnumerable<MicroBatchLog> microBatches)
    {
        _metrics.Append(step.Write);
        _events?.Add(step.Step, DateTimeOffset.UtcNow, step.Scalars());
        if (_records is not null)
            foreach (MicroBatchLog microBatch in microBatches)
                _records.Append(microBatch.Write);
    }

    /// <summary>An evaluation after <paramref name="steps"/> optimizer steps.</summary>
    public void AddEvaluation(int steps, double epoch, IReadOnlyDictionary<string, double> metrics)
    {
        _evaluations.Append(json =>
        {
            json.WriteNumber("steps", steps);
            json.WriteNumber("epoch", epoch);
            foreach ((string name, double value) in metrics)
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
        });
        _events?.Add(
            steps, DateTimeOffset.UtcNow, metrics.Select(m => (m.Key.Replace("eval_", "eval/", StringComparison.Ordinal), m.Value)));
    }

    /// <summary>Forces all files to the disk; their lengths by relative path, for the checkpoint.</summary>
    public SortedDictionary<string, long> Sync()
    {
        SortedDictionary<string, long> lengths = new(StringComparer.Ordinal);
        foreach (AppendedFile? file in new[] { _metrics.File, _evaluations.File, _records?.File, _events?.File })
            if (file is not null)
            {
                file.Sync();
                lengths[Path.GetRelativePath(_folder, file.Path).Replace('\\', '/')] = file.Length;
            }

        return lengths;
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _evaluations.Dispose();
        _records?.Dispose();
        _events?.Dispose();
    }
}
