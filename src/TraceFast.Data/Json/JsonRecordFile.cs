using System.Text.Json;
using System.Text.Unicode;

namespace TraceFast.Data.Json;

/// <summary>One record of a file as a JSON value, or why there is none.</summary>
/// <param name="Bytes">The value's bytes, valid UTF-8; they stay valid until the next record is asked for.</param>
/// <param name="Line">1-based line on which it starts (of a syntax error: where that is); 0 in a file without lines.</param>
/// <param name="Number">0-based number in the file.</param>
/// <param name="Error">Null, or what is wrong.</param>
/// <param name="Fatal">The rest of the file cannot be read after this error.</param>
internal readonly record struct RawRecord(ReadOnlyMemory<byte> Bytes, int Line, int Number, string? Error = null, bool Fatal = false);

/// <summary>
/// Reads a file of JSON records one at a time: an array of objects, or one object per line. Which of the two is recognized by the first
/// character, as the Hugging Face JSON loader does, not by the file's name. Memory: the longest record.
/// </summary>
internal static class JsonRecordFile
{
    /// <summary>Objects and arrays may be nested this deep in a record.</summary>
    public const int MaxDepth = 64;

    private static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    /// <exception cref="InputException">The file cannot be read or is no JSON text at all.</exception>
    public static IEnumerable<RawRecord> Read(string path)
    {
        RejectOtherFormats(path);
        return Read(FileWindow.Open(path), path);
    }

    /// <summary>The same from an open stream, which is closed at the end; <paramref name="path"/> is what errors call it.</summary>
    public static IEnumerable<RawRecord> Read(Stream stream, string path)
    {
        using FileWindow window = new(stream, path);
        bool array = StartsArray(path, window);
        foreach (RawRecord record in array ? ReadArray(window) : ReadLines(window))
            yield return record;
    }

    /// <summary>What is wrong, and where in its line; the record's file:line gives the rest of the place.</summary>
    /// <param name="e">What the reader threw.</param>
    /// <param name="text">All that it read.</param>
    public static string Describe(JsonException e, ReadOnlySpan<byte> text) => Describe(e, JsonErrors.Describe(e, text));

    private static string Describe(JsonException e, string what) => $"not valid JSON (byte {e.BytePositionInLine + 1} of the line): {what}";

    private static void RejectOtherFormats(string path)
    {
        string extension = Path.GetExtension(path);
        if (extension is ".arrow" or ".csv" or ".tsv" or ".gz" or ".zst" or ".zip" or ".xz")
            throw new InputException(
                $"{path}: {extension} files are not read; convert it to .jsonl (one JSON object per line) or .parquet");
    }

    /// <summary>Consumes a byte order mark and tells whether the first character that is not white space opens an array.</summary>
    private static bool StartsArray(string path, FileWindow window)
    {
        while (!window.Ended && window.Unread.Length < 4)
            window.Fill();
        ReadOnlySpan<byte> head = window.Unread;
        if (head.StartsWith(Utf8Bom))
            window.Consume(Utf8Bom.Length);
        else if (head.Length >= 2 && ((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF)))
            throw new InputException($"{path}:1: the text is UTF-16 (by its byte order mark); save it as UTF-8");
        int looked = 0;
        while (true)
        {
            int at = window.Unread[looked..].IndexOfAnyExcept(" \t\r\n"u8);
            if (at >= 0)
                return window.Unread[looked + at] == '[';
            if (window.Ended)
                return false;
            looked = window.Unread.Length;
            window.Fill();
        }
    }

    private static IEnumerable<RawRecord> ReadLines(FileWindow window)
    {
        int number = 0;
        int searched = 0;
        while (true)
        {
            int newline = window.Unread[searched..].IndexOf((byte)'\n');
            if (newline < 0 && !window.Ended)
            {
                searched = window.Unread.Length;
                window.Fill();
                continue;
            }
            int length = newline < 0 ? window.Unread.Length : searched + newline;
            searched = 0;
            ReadOnlyMemory<byte> line = Trim(window.Peek(length));
            int at = window.Line;
            if (number == 0 && line.Span.SequenceEqual("{"u8))
            {
                yield return new RawRecord(
                    default, at, 0,
                    "a record that spans several lines; a file of records is either "
                        + "one object per line or one array [...] of objects", Fatal: true);
                yield break;
            }
            if (line.Span.StartsWith(Utf8Bom))
                yield return new RawRecord(default, at, number++, JsonErrors.ByteOrderMark);
            else if (line.Length > 0)
                yield return Checked(line, at, number++);
            if (newline < 0)
                yield break;
            window.Consume(length + 1);
        }
    }

    private static IEnumerable<RawRecord> ReadArray(FileWindow window)
    {
        // The array itself is one level.
        JsonReaderState state = new(new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        int number = 0;
        while (true)
        {
            Step step = NextElement(window, ref state, number, out RawRecord record);
            if (step == Step.NeedMore)
                FillToTwice(window);
            else if (step == Step.End)
                yield break;
            else if (step == Step.Element)
                yield return record;
            if (step == Step.Element)
                number++;
            if (record.Fatal)
                yield break;
        }
    }

    private enum Step
    {
        NeedMore,
        Punctuation,
        Element,
        End,
    }

    private static Step NextElement(FileWindow window, ref JsonReaderState state, int number, out RawRecord record)
    {
        record = default;
        Utf8JsonReader reader = new(window.Unread, window.Ended, state);
        try
        {
            if (!reader.Read())
                return window.Ended ? Step.End : Step.NeedMore;
            int from = (int)reader.TokenStartIndex;
            bool element = reader.CurrentDepth > 0 && reader.TokenType != JsonTokenType.EndArray;
            if (element && !reader.TrySkip())
                return Step.NeedMore;
            state = reader.CurrentState;
            int to = (int)reader.BytesConsumed;
            if (!element)
            {
                window.Consume(to);
                return Step.Punctuation;
            }
            window.Consume(from);
            record = Checked(window.Peek(to - from), window.Line, number);
            window.Consume(to - from);
            return Step.Element;
        }
        catch (JsonException e)
        {
            int line = (int)Math.Min((e.LineNumber ?? 0) + 1, int.MaxValue);
            // What is after the last thing that was read; the byte counts of the exception begin with the file.
            ReadOnlySpan<byte> found = window.Unread[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,"u8);
            string what = found.StartsWith(Utf8Bom) ? JsonErrors.ByteOrderMark : JsonErrors.Describe(e);
            record = new RawRecord(default, line, number, Describe(e, what) + "; the rest of the file cannot be read", Fatal: true);
            return Step.Element;
        }
    }

    /// <summary>
    /// An element is read again from its start when it goes on, so it must have grown by a share of itself, however little a pipe gives at
    /// once.
    /// </summary>
    private static void FillToTwice(FileWindow window)
    {
        long wanted = 2L * window.Unread.Length;
        do
            window.Fill();
        while (!window.Ended && window.Unread.Length < wanted);
    }

    private static RawRecord Checked(ReadOnlyMemory<byte> bytes, int line, int number) =>
        new(bytes, line, number, Utf8.IsValid(bytes.Span) ? null : "not valid UTF-8; save the file as UTF-8");

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        ReadOnlySpan<byte> span = line.Span;
        int from = span.IndexOfAnyExcept(" \t\r"u8);
        return from < 0 ? default : line[from..(span.LastIndexOfAnyExcept(" \t\r"u8) + 1)];
    }
}
