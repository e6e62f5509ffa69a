using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>Sizes, in bytes of JSON but for the records of a part.</summary>
/// <param name="LeastStored">Data sets of fewer bytes take less than a second to encode, and stay in memory.</param>
/// <param name="PartBytes">Of a part; a longer record is alone.</param>
/// <param name="SliceBytes">Of what is encoded at a time: it is what is in memory of a data set while it is tokenized.</param>
internal sealed record TokenLimits(long LeastStored, long PartBytes, int PartRecords, long SliceBytes)
{
    /// <summary>From so many bytes on, hashing is shown.</summary>
    public const long SaidFrom = 1L << 30;

    public static TokenLimits Usual { get; } = new(4 << 20, 64 << 20, 1 << 16, 2 << 20);
}

/// <summary>
/// Reads a data set from its first record to its last, and encodes it in parts. A part is a stretch of records whose ends depend on the
/// files alone. Where parts are files, several processes share the work: each takes the parts that none has made and none is making (a
/// lock says so, which ends with its process) and passes over the others. What a killed process has finished stays.
/// </summary>
/// <param name="key">Hash of everything that the tokens depend on.</param>
/// <param name="folder">Of this data set's parts; null: they stay in memory.</param>
/// <param name="requireUnchanged">Throws where a file is no longer what it was when the key was computed.</param>
/// <param name="jsonBytes">About the size of its records, for the progress.</param>
internal sealed class SourceTokenizer(
    DataSource source, DataSetOptions options, RecordEncoding encoding, string key, PartFolder? folder, Action requireUnchanged,
    TokenLimits limits, long jsonBytes, IRunLog log, CancellationToken cancellation)
{
    private readonly List<TokenPart?> _parts = [];

    private readonly Dictionary<string, int> _fileNumbers =
        source.Files.Select((file, number) => (file, number)).DistinctBy(f => f.file).ToDictionary(f => f.file, f => f.number);

    private readonly RecordReader _reader = new(source, options.Stage, options.VocabularySize);
    private int _part = -1, _recordsOfPart, _recordsRead;
    private long _bytesOfPart, _bytesOfSlice, _bytesRead, _bytesReported;
    private bool _own, _refused, _passedOver;
    private RunLock? _lock;
    private Task<(int Outcome, EncodedOutcome Encoded)[]>? _encoding;

    /// <summary>Records that cannot be used, where they made <see cref="Run"/> give up.</summary>
    public BadRecordList Bad { get; private set; } = new();

    /// <summary>Why a record cannot be encoded; null: all can, as far as is known.</summary>
    public InputException? Refusal { get; private set; }

    /// <summary>What was read where <see cref="Run"/> has given up.</summary>
    public SourceReport ReportOfRefused => SourceReport.Of(source, _reader, _recordsRead, Bad.Records.Count);

    /// <summary>Encodes what is not encoded yet.</summary>
    /// <returns>Null: it has given up, since there are records that must not be left out; all were read, to name the bad ones.</returns>
    /// <exception cref="TokenCacheException">Parts cannot be written.</exception>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public SourceTokens? Run() => jsonBytes < limits.LeastStored
        ? Run(null)
        : log.Track($"tokenizing {source.Name}", "MB", jsonBytes >> 20, 0, Run);

    private SourceTokens? Run(IProgressReport? progress)
    {
        do
        {
            Pass(progress);
            requireUnchanged();
        }
        while (!_refused && WaitForOthers());
        progress?.Report(jsonBytes >> 20);
        if (!_refused)
            return new SourceTokens(source, key, [.. _parts.Select(p => p!)]);
        if (_passedOver)
        {
            Bad = new BadRecordList();
            foreach (ReadOutcome outcome in Limited(new RecordReader(source, options.Stage, options.VocabularySize).Read()))
            {
                cancellation.ThrowIfCancellationRequested();
                Bad.Add(outcome);
            }
            requireUnchanged();
        }
        return null;
    }

    /// <summary>Reads all records; makes the parts that are missing.</summary>
    private void Pass(IProgressReport? progress)
    {
        (_part, _recordsOfPart, _bytesOfPart, _recordsRead, _bytesRead) = (-1, 0, 0, 0, 0);
        try
        {
            using IEnumerator<ReadOutcome> records = Limited(_reader.Read(Enter)).GetEnumerator();
            for (bool more = records.MoveNext(); more;)
                more = _own ? MakePart(records, progress) : PassOverPart(records, progress);
        }
        finally
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    private IEnumerable<ReadOutcome> Limited(IEnumerable<ReadOutcome> records) =>
        options.ReadOf(source) is { } limit ? records.Take(limit) : records;

    /// <summary>Counts a record that comes next, and begins a part with it where one is full.</summary>
    /// <returns>Whether this process encodes its part.</returns>
    private bool Enter(int bytes)
    {
        bool full = _recordsOfPart == limits.PartRecords || (_recordsOfPart > 0 && _bytesOfPart + bytes > limits.PartBytes);
        if (_part < 0 || (full && !_refused))
            BeginPart();
        (_recordsOfPart, _bytesOfPart) = (_recordsOfPart + 1, _bytesOfPart + bytes);
        (_recordsRead, _bytesRead, _bytesOfSlice) = (_recordsRead + 1, _bytesRead + bytes, _bytesOfSlice + bytes);
        return _own;
    }

    private void BeginPart()
    {
        (_part, _recordsOfPart, _bytesOfPart) = (_part + 1, 0, 0);
        if (_parts.Count == _part)
            _parts.Add(null);
        if (folder is null)
        {
            _own = true;
            return;
        }
        _parts[_part] ??= folder.TryOpen(_part);
        _lock = _parts[_part] is null ? folder.TryLock(_part) : null;
        // It may have been made before the lock was taken.
        if (_lock is not null && (_parts[_part] = folder.TryOpen(_part, says: true)) is not null)
        {
            _lock.Dispose();
            _lock = null;
        }
        _own = _lock is not null;
    }

    private bool PassOverPart(IEnumerator<ReadOutcome> records, IProgressReport? progress)
    {
        _passedOver = true;
        bool more = true;
        for (int part = _part; more && _part == part; more = records.MoveNext())
            cancellation.ThrowIfCancellationRequested();
        Report(progress);
        return more;
    }

    private void Report(IProgressReport? progress)
    {
        _bytesReported = Math.Max(_bytesReported, _bytesRead);
        progress?.Report(Math.Min(_bytesReported, jsonBytes - (1 << 20)) >> 20); // the last one is of Run
    }

    /// <returns>Whether a record follows the part's last.</returns>
    private bool MakePart(IEnumerator<ReadOutcome> records, IProgressReport? progress)
    {
        int part = _part;
        bool more = false;
        using RunLock? held = _lock;
        _lock = null;
        if (folder is null)
        {
            using MemoryStream memory = new();
            more = WritePart(memory, records, progress);
            _parts[part] = _refused ? null : TokenPart.Open(new PartBytes(memory.ToArray()));
            return more;
        }
        try
        {
            _parts[part] = folder.Write(part, stream =>
            {
                more = WritePart(stream, records, progress);
                if (_refused)
                    throw new RefusedException();
                requireUnchanged();
            });
        }
        catch (RefusedException)
        {
            // Nothing is kept of the part.
        }
        return more;
    }

    private bool WritePart(Stream stream, IEnumerator<ReadOutcome> records, IProgressReport? progress)
    {
        TokenPart.Writer writer = new(stream);
        List<BadPlace> bad = [];
        List<(int Outcome, TrainingRecord Record)> slice = [];
        (int part, int outcomes, bool unreadable, bool holdsText, bool more) = (_part, 0, false, false, true);
        for (_bytesOfSlice = 0; more && _part == part; more = records.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOutcome read = records.Current;
            Bad.Add(read);
            if (read.Error is not null)
            {
                bad.Add(new BadPlace(FileOf(read.Origin), read.Origin.Line, read.Origin.Number, read.Error));
                unreadable |= read.Fatal;
                _refused |= options.OnBadRecord == OnBadRecord.Error;
            }
            slice.AddRange(read.Records.Select(record => (outcomes, record)));
            holdsText |= read.Records.Any(record => record.HoldsText);
            outcomes++;
            if (holdsText && encoding.Unavailable is { } unavailable)
                Refuse(unavailable);
            if (_bytesOfSlice < limits.SliceBytes && !_refused)
                continue;
            Encode(slice, writer);
            Report(progress);
        }
        Encode(slice, writer);
        Encode([], writer);
        writer.Finish(
            new PartFacts(outcomes, bad, unreadable, _reader.Layout, [.. _reader.UnusedKeys], [.. _reader.OtherMessageKeys], holdsText));
        return more;
    }

    /// <summary>Writes the slice before, and begins to encode this one, on all cores, while the next is read.</summary>
    private void Encode(List<(int Outcome, TrainingRecord Record)> slice, TokenPart.Writer writer)
    {
        foreach ((int outcome, EncodedOutcome encoded) in _encoding?.GetAwaiter().GetResult() ?? [])
        {
            if (encoded.Bad && !encoding.Options.SkipBadRecords)
                Refuse(new InputException(encoded.Reason!));
            if (!_refused)
                writer.Add(outcome, FileOf(encoded.Origin), encoded);
        }
        _encoding = null;
        if (slice.Count > 0 && !_refused)
        {
            (int Outcome, TrainingRecord Record)[] records = [.. slice];
            _encoding = Task.Run(
                () => records.AsParallel().AsOrdered().Select(r => (r.Outcome, encoding.Encoder.Encode(r.Record))).ToArray(), cancellation);
        }
        slice.Clear();
        _bytesOfSlice = 0;
    }

    private void Refuse(InputException why)
    {
        _refused = true;
        Refusal ??= why;
    }

    private int FileOf(SourceLocation origin) => _fileNumbers[origin.File];

    /// <summary>Waits for the parts that other processes make.</summary>
    /// <returns>Whether one is missing, since its maker has ended.</returns>
    private bool WaitForOthers()
    {
        for (int part = 0; part < _parts.Count; part++)
            if (_parts[part] is null && (_parts[part] = folder!.WaitFor(part, cancellation)) is null)
                return true;
        return false;
    }

    private sealed class RefusedException : Exception;
}
