using System.Buffers;
using TraceFast.Data;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>What became of one file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Records">Written.</param>
/// <param name="Seconds">Taken.</param>
public sealed record SynthFile(string Path, int Records, double Seconds);

/// <summary>
/// Writes the training file and the held-out splits of one seed. One filter is used for all files, so that nothing is in two of them.
/// </summary>
/// <param name="options">How records are sampled.</param>
/// <param name="threads">How many threads sample.</param>
/// <param name="nearThreshold">Similarity from which answers are near duplicates; null: exact ones only.</param>
/// <param name="contamination">Evaluation sets to keep away from; null: none.</param>
public sealed class SynthRun(SynthOptions options, int threads, double? nearThreshold, Contamination? contamination)
{
    /// <summary>So many sampled records in a row without a new one: there are no more.</summary>
    private const int Exhausted = 50_000;

    private readonly QuadFilter _filter = new(nearThreshold, contamination);
    private readonly HashSet<UInt128> _responses = [];
    private readonly HashSet<UInt128> _prompts = [];
    private readonly NearDuplicates? _near = nearThreshold is { } threshold ? new NearDuplicates(threshold) : null;

    /// <summary>What was not written, by reason; attempts that the sampler repeated are among them.</summary>
    public DropCounts Drops { get; } = new();

    /// <param name="path">The file, Parquet where its name ends so; written aside and renamed when complete.</param>
    /// <param name="split">The held-out split; null: the training file.</param>
    /// <param name="count">Records to write.</param>
    /// <param name="sft">Single instructions with answers instead of quads.</param>
    /// <param name="progress">Gets the number written now and then.</param>
    /// <param name="cancellation">Stops it; the file is not left after.</param>
    /// <exception cref="InputException">There are not that many different records; what is held out leaves nothing.</exception>
    public SynthFile Write(string path, HoldOutKind? split, int count, bool sft, Action<int> progress, CancellationToken cancellation)
    {
        long started = Environment.TickCount64;
        SynthGenerator generator = new(options, split, threads);
        if (generator.Fault is { } fault)
            throw new InputException($"nothing can be sampled for {Path.GetFileName(path)}: {fault}; hold out a smaller or a larger share");
        IEnumerable<Action<IBufferWriter<byte>>?> lines = sft
            ? generator.MakeSft(Drops, cancellation).Select(r => AcceptSft(r) ? r.Write : (Action<IBufferWriter<byte>>?)null)
            : generator.Make(_filter, Drops, cancellation)
                .Select(q => _filter.Accept(q, out _) ? b => QuadJson.Write(b, q.Quad) : (Action<IBufferWriter<byte>>?)null);
        RecordFile.Write(path, file => WriteLines(file, lines, count, Path.GetFileName(path), progress));
        return new(path, count, (Environment.TickCount64 - started) / 1000.0);
    }

    /// <summary>All drops, those of the filter too.</summary>
    public DropCounts AllDrops()
    {
        DropCounts all = new();
        all.Add(Drops);
        all.Add(_filter.Drops);
        return all;
    }

    private static void WriteLines(Stream file, IEnumerable<Action<IBufferWriter<byte>>?> lines, int count, string name,
        Action<int> progress)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        int written = 0, missed = 0;
        foreach (Action<IBufferWriter<byte>>? line in lines)
        {
            if (line is null)
            {
                if (++missed >= Exhausted)
                    break;
                continue;
            }

            missed = 0;
            line(buffer);
            buffer.Write("\n"u8);
            if (buffer.WrittenCount > 1 << 15)
            {
                file.Write(buffer.WrittenSpan);
                buffer.ResetWrittenCount();
                progress(written + 1);
            }

            if (++written == count)
                break;
        }

        file.Write(buffer.WrittenSpan);
        if (written < count)
            throw new InputException(
                $"{name}: only {written} different records of {count} can be sampled with these options; ask for fewer, or hold out less");
    }

    private bool AcceptSft(SynthSample record)
    {
        DropReason? drop = null;
        UInt128 response = TextHash.Of(record.Response), prompt = TextHash.Of(record.Prompt);
        uint[]? signature = _near is null ? null : MinHash.Of(record.Response);
        if (contamination is not null && contamination.Holds(record.Prompt))
            drop = DropReason.Contaminated;
        else if (_responses.Contains(response) || _prompts.Contains(prompt) && record.Constraints.Count > 0)
            drop = DropReason.Duplicate;
        else if (signature is not null && _near!.Holds(signature))
            drop = DropReason.NearDuplicate;
        if (drop is { } reason)
        {
            Drops.Add(reason);
            return false;
        }

        _responses.Add(response);
        _prompts.Add(prompt);
        if (signature is not null)
            _near!.Add(signature);
        return true;
    }
}
