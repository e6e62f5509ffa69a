using System.Buffers;
using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>What a run of a generator wrote and dropped.</summary>
/// <param name="File">Where the quads are.</param>
/// <param name="Quads">How many were written.</param>
/// <param name="Drops">What the generator gave up and the filter held back, by reason.</param>
/// <param name="Types">How often each type is in the constraints written, the most frequent first.</param>
public sealed record QuadRunReport(string File, int Quads, DropCounts Drops, IReadOnlyList<(string Type, int Count)> Types);

/// <summary>
/// Takes the quads of a generator through the filter into a file, one JSON line (or Parquet row) each. The file appears when all is done, or
/// not at all.
/// </summary>
public static class QuadRun
{
    private const int FlushAt = 1 << 20;

    /// <summary>The file that is written for a path.</summary>
    public static string FileOf(string path) =>
        Directory.Exists(path) || Path.EndsInDirectorySeparator(path) ? Path.Combine(path, "quads.jsonl") : path;

    /// <param name="generator">Where the quads come from.</param>
    /// <param name="path">A file, Parquet where its name ends so, or a folder (there already, or named with a separator at its end) that
    /// gets quads.jsonl.</param>
    /// <param name="beforeDone">Called when the generator has ended; what it throws leaves no file.</param>
    /// <param name="cancellation">Stops between two quads; no file is left.</param>
    /// <exception cref="InputException">The file cannot be written, or the generator's input cannot be read.</exception>
    public static QuadRunReport Write(IQuadGenerator generator, string path, Action beforeDone, CancellationToken cancellation)
    {
        string file = FileOf(path);
        QuadFilter filter = new();
        DropCounts given = new();
        Dictionary<string, int> types = [];
        int count = 0;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
                Directory.CreateDirectory(folder);
            RecordFile.Write(file, stream =>
            {
                ArrayBufferWriter<byte> buffer = new();
                foreach (Quad quad in generator.Make(given, cancellation))
                {
                    if (!filter.Accept(quad, out _))
                        continue;
                    count++;
                    foreach (StatedConstraint stated in quad.Constraints1.Concat(quad.Constraints2))
                        types[stated.Constraint.Type.Name] = types.GetValueOrDefault(stated.Constraint.Type.Name) + 1;
                    QuadJson.Write(buffer, quad);
                    buffer.Write("\n"u8);
                    if (buffer.WrittenCount < FlushAt)
                        continue;
                    stream.Write(buffer.WrittenSpan);
                    buffer.ResetWrittenCount();
                }

                stream.Write(buffer.WrittenSpan);
                beforeDone();
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConstraintException($"{file}: cannot be written: {e.Message}");
        }

        given.Add(filter.Drops);
        return new(file, count, given,
            [.. types.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal)]);
    }
}

/// <summary>
/// One way of making quads: by the synthetic writer, from preference data, from SFT data, with a model. A generator yields what it takes to
/// be quads, in an order that depends on its input alone; <see cref="QuadFilter"/> checks each before it is written.
/// </summary>
public interface IQuadGenerator
{
    /// <summary>"synth", "preference", "sft" or "model": what <see cref="Quad.Source"/> says.</summary>
    string Source { get; }

    /// <param name="drops">Gets what the generator itself gives up, by reason.</param>
    /// <param name="cancellation">Stops between two quads.</param>
    /// <exception cref="Data.InputException">The input cannot be read; file:line.</exception>
    IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation);
}
