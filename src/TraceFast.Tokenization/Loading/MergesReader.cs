using System.Globalization;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Models;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// Reads <c>model.merges</c> from the file's bytes: merges in order of rank, each <c>"left right"</c> or
/// <c>["left", "right"]</c>. The merged token is left + right without the continuing-subword prefix.
/// </summary>
internal sealed class MergesReader
{
    private readonly TokenizerFile _file;
    private readonly Vocabulary _vocabulary;
    private readonly string _prefix;
    private char[] _buffer = new char[256];
    private int _index = -1;

    private MergesReader(TokenizerFile file, Vocabulary vocabulary, string continuingSubwordPrefix)
    {
        _file = file;
        _vocabulary = vocabulary;
        _prefix = continuingSubwordPrefix;
    }

    /// <exception cref="InputException">A merge of another form, or one whose parts or result are not in the vocabulary.</exception>
    public static MergeTable Read(TokenizerFile file, Vocabulary vocabulary, string continuingSubwordPrefix) =>
        new MergesReader(file, vocabulary, continuingSubwordPrefix).Read();

    private MergeTable Read()
    {
        Utf8JsonReader reader = new(_file.ModelBytes("merges"));
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw _file.Error("model.merges", JsonErrors.Describe(ref reader), "an array of merges");
        MergeTable merges = new();
        int rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _index++;
            (int length, int split) = reader.TokenType switch
            {
                JsonTokenType.String => ReadLine(ref reader),
                JsonTokenType.StartArray => ReadPair(ref reader),
                _ => throw Error(JsonErrors.Describe(ref reader), "\"left right\" or [\"left\", \"right\"]"),
            };
            // The header line of a merges.txt that was copied in.
            if (_buffer.AsSpan(0, length).StartsWith("#version") && split < 0)
                continue;
            ReadOnlySpan<char> left = _buffer.AsSpan(0, split);
            ReadOnlySpan<char> right = _buffer.AsSpan(split, length - split);
            merges.Set(Id(left), Id(right), rank++, MergedId(left, right, _buffer.AsSpan(0, length)));
        }
        return merges;
    }

    /// <summary>Leaves left + right in the buffer; the split is negative for a header line.</summary>
    private (int Length, int Split) ReadLine(ref Utf8JsonReader reader)
    {
        int length = Copy(ref reader, 0);
        Span<char> line = _buffer.AsSpan(0, length);
        if (line.StartsWith("#version"))
            return (length, -1);
        int split = line.IndexOf(' ');
        if (split < 0 || line[(split + 1)..].Contains(' '))
            throw Error($"\"{line}\"", "two tokens parted by one space");
        line[(split + 1)..].CopyTo(line[split..]);
        return (length - 1, split);
    }

    private (int Length, int Split) ReadPair(ref Utf8JsonReader reader)
    {
        int split = CopyItem(ref reader, 0);
        int length = split + CopyItem(ref reader, split);
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw Error("more than two items", "a pair of tokens");
        return (length, split);
    }

    private int MergedId(ReadOnlySpan<char> left, ReadOnlySpan<char> right, ReadOnlySpan<char> both)
    {
        if (_prefix.Length == 0)
            return Id(both);
        if (!right.StartsWith(_prefix))
            throw Error($"\"{right}\" as the right part", $"a token that starts with the continuing_subword_prefix \"{_prefix}\"");
        return Id(string.Concat(left, right[_prefix.Length..]));
    }

    private int Id(ReadOnlySpan<char> token) =>
        _vocabulary.Id(token) ?? throw Error($"the token \"{token}\", which the vocabulary lacks", "merges of tokens of the vocabulary");

    private int CopyItem(ref Utf8JsonReader reader, int offset)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            throw Error(JsonErrors.Describe(ref reader), "a pair of tokens");
        return Copy(ref reader, offset);
    }

    /// <summary>Copies the reader's string to the buffer at <paramref name="offset"/> and returns its length in UTF-16 units.</summary>
    private int Copy(ref Utf8JsonReader reader, int offset)
    {
        // An escape takes at least as many bytes as the units it represents.
        int most = offset + reader.ValueSpan.Length;
        if (_buffer.Length < most)
            Array.Resize(ref _buffer, most);
        try
        {
            return reader.CopyString(_buffer.AsSpan(offset));
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{_file.Path}: '{Path}': found a string that is no valid Unicode, expected text", e);
        }
    }

    private string Path => string.Create(CultureInfo.InvariantCulture, $"model.merges[{_index}]");

    private InputException Error(string found, string expected) => _file.Error(Path, found, expected);
}
