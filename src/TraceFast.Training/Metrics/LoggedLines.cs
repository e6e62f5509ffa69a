using System.Buffers;
using System.Text.Json;

namespace TraceFast.Training.Metrics;

/// <summary>Reads the files of <see cref="RunFiles"/>: before a run resumes, and at its end for results and plot.</summary>
internal static class LoggedLines
{
    private const int BlockBytes = 1 << 16;

    /// <summary>Checks every line of a file's first <paramref name="keep"/> bytes, which a checkpoint relies on.</summary>
    /// <exception cref="MetricsFileException">The file is shorter, or a line is not what the run wrote.</exception>
    public static void Check(string path, long keep)
    {
        using FileStream? stream = File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BlockBytes) : null;
        if ((stream?.Length ?? 0) < keep)
            throw MetricsFileException.TooShort(path, stream?.Length ?? 0, keep);
        int number = 0;
        foreach (ReadOnlyMemory<byte> line in Lines(stream, keep))
        {
            number++;
            if (Error(Path.GetFileName(path), line, number) is { } fault)
                throw new MetricsFileException(
                    $"{path}:{number}: {fault}, in a line that the checkpoint relies on. Restore the file, resume from an older checkpoint "
                        + "(resume_from_checkpoint: its folder), or start over with overwrite_output_dir: true.");
        }
    }

    /// <summary>The objects of a whole file, none where it is absent; a line that the run did not write is logged and skipped.</summary>
    public static IReadOnlyList<JsonElement> Read(string path, Action<string> log)
    {
        List<JsonElement> objects = [];
        int number = 0;
        using FileStream? stream = File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BlockBytes) : null;
        foreach (ReadOnlyMemory<byte> line in Lines(stream, stream?.Length ?? 0))
        {
            number++;
            if (Error(Path.GetFileName(path), line, number) is { } fault)
            {
                log($"{path}:{number}: {fault}; something other than this run wrote to the file; the "
                    + "line is left out of results and plot");
                continue;
            }

            using JsonDocument json = JsonDocument.Parse(line);
            objects.Add(json.RootElement.Clone());
        }

        return objects;
    }

    /// <summary>The fault of a line; null: none.</summary>
    private static string? Error(string file, ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement value = json.RootElement;
            if (value.ValueKind != JsonValueKind.Object)
                return $"found {value.ValueKind.ToString().ToLowerInvariant()}, expected an object";
            return file switch
            {
                RunFiles.MetricsFile => NotNumber(value, "loss") ?? NotNumber(value, "step")
                    ?? (value.GetProperty("step").TryGetInt32(out int step) && step == number - 1
                        ? null : $"found step {value.GetProperty("step")}, expected {number - 1}"),
                RunFiles.EvaluationsFile => NotNumber(value, "steps"),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return "not a line of JSON";
        }
    }

    private static string? NotNumber(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? null : $"no number \"{name}\"";

    /// <summary>
    /// The lines of the first <paramref name="length"/> bytes, each valid until the next; a last one without an end counts.
    /// </summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Lines(FileStream? stream, long length)
    {
        byte[] block = new byte[BlockBytes];
        ArrayBufferWriter<byte> line = new();
        while (length > 0 && stream!.Read(block, 0, (int)Math.Min(block.Length, length)) is > 0 and int read)
        {
            length -= read;
            int begin = 0;
            for (int end; (end = Array.IndexOf(block, (byte)'\n', begin, read - begin)) >= 0; begin = end + 1)
            {
                line.Write(block.AsSpan(begin, end - begin));
                yield return line.WrittenMemory;
                line.ResetWrittenCount();
            }

            line.Write(block.AsSpan(begin, read - begin));
        }

        if (line.WrittenCount > 0)
            yield return line.WrittenMemory;
    }
}
