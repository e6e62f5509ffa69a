using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using TraceFast.Data.Json;

namespace TraceFast.Models.Files;

/// <summary>
/// Reads and checks the header of a safetensors file, taken as hostile input:
/// 8 bytes little-endian header length n, n bytes JSON {name: {dtype, shape, data_offsets: [begin, end]}, __metadata__: {text: text}},
/// then the data, which the tensors cover without gap or overlap. Source: github.com/huggingface/safetensors, README "Format".
/// The header is streamed from the map, so that what is allocated stays within the size of what is read.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the header's length.</summary>
    private const long MaximumLength = 100_000_000;

    private const int MaximumRank = 64;

    /// <summary>Bytes of the length before the header.</summary>
    public const int PrefixBytes = sizeof(ulong);

    private const string MetadataKey = "__metadata__";

    private readonly string _file;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private int _pass;
    private SafetensorsTensor[] _tensors = [];

    private SafetensorsHeader(string file, long dataStart, long dataLength)
    {
        _file = file;
        _dataStart = dataStart;
        _dataLength = dataLength;
    }

    /// <summary>In ordinal order of the names.</summary>
    public SafetensorsTensor[] Tensors => _tensors;

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <param name="file">The file, for messages.</param>
    /// <param name="memory">Its bytes, at least up to the end of the header.</param>
    /// <param name="size">How many bytes it has.</param>
    /// <exception cref="ModelFileException">The header breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(string file, SafeBuffer memory, long size)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        memory.ReadSpan(0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength)
            throw new ModelFileException(
                file, $"header length: found {length}, expected at most {MaximumLength}; this is not a safetensors file, or it is damaged");
        if ((long)length > size - PrefixBytes)
            throw new ModelFileException(
                file, $"header length: found {length}, but only {size - PrefixBytes} bytes follow; the file is truncated");

        long start = PrefixBytes + (long)length;
        SafetensorsHeader header = new(file, start, size - start);
        bool held = false;
        try
        {
            memory.DangerousAddRef(ref held);
            header.Parse(Bytes(memory, (int)length));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is no valid UTF-8, or an escaped half of a surrogate pair.
            throw new ModelFileException(file, $"header is not valid JSON of the safetensors format: {JsonErrors.Describe(e)}", e);
        }
        finally
        {
            if (held)
                memory.DangerousRelease();
        }

        return header;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(SafeBuffer memory, int length) =>
        new((byte*)memory.DangerousGetHandle() + PrefixBytes, length);

    private void Parse(ReadOnlySpan<byte> json)
    {
        // Counted first: the array then has its final size at once.
        int count = Walk(json);
        _tensors = new SafetensorsTensor[count];
        _pass = 1;
        Walk(json);
        Array.Sort(_tensors, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        for (int i = 1; i < _tensors.Length; i++)
        {
            if (_tensors[i].Name == _tensors[i - 1].Name)
                throw Bad(_tensors[i].Name, "found twice in the header, expected once");
        }

        CheckCoverage();
    }

    private int Walk(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new ModelFileException(_file, $"header: found {reader.TokenType}, expected a JSON object");
        int count = 0;
        bool metadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(MetadataKey))
            {
                if (metadata)
                    throw new ModelFileException(_file, $"header: {MetadataKey} found twice, expected once");
                metadata = true;
                reader.Read();
                ReadMetadata(ref reader);
            }
            else if (_pass == 0)
            {
                reader.Read();
                reader.Skip();
                count++;
            }
            else
            {
                string name = reader.GetString()!;
                reader.Read();
                _tensors[count++] = ReadTensor(ref reader, name);
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject)
            throw new ModelFileException(_file, $"header: found {reader.TokenType}, expected a tensor's name or the end of the object");
        // Anything but white space (the format pads with spaces) after the object is an error, raised by the reader.
        reader.Read();
        return count;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new ModelFileException(_file, $"{MetadataKey}: found {reader.TokenType}, expected an object of texts");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? key = _pass == 0 ? null : reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new ModelFileException(_file, $"{MetadataKey}: found {reader.TokenType}, expected a text");
            if (key != null && !Metadata.TryAdd(key, reader.GetString()!))
                throw new ModelFileException(_file, $"{MetadataKey}: {ModelFileException.Quote(key)} found twice, expected once");
        }
    }

    private SafetensorsTensor ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad(name, $"found {reader.TokenType}, expected an object with dtype, shape and data_offsets");
        (torch.ScalarType Type, int Size)? dtype = null;
        long[]? shape = null;
        (long Begin, long End)? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (IsKey(ref reader, "dtype"u8, dtype != null, name))
                dtype = ReadType(ref reader, name);
            else if (IsKey(ref reader, "shape"u8, shape != null, name))
                shape = ReadShape(ref reader, name);
            else if (IsKey(ref reader, "data_offsets"u8, offsets != null, name))
                offsets = ReadOffsets(ref reader, name);
            else
                reader.Skip();
        }

        if (dtype == null || shape == null || offsets == null)
            throw Bad(name, $"{(dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets")} is missing");
        return Checked(name, dtype.Value, shape, offsets.Value);
    }

    /// <summary>If the reader stands at this key, moves on to its value; the key comes once.</summary>
    private bool IsKey(ref Utf8JsonReader reader, ReadOnlySpan<byte> key, bool seen, string name)
    {
        if (!reader.ValueTextEquals(key))
            return false;
        if (seen)
            throw Bad(name, $"{reader.GetString()} found twice, expected once");
        return reader.Read();
    }

    private (torch.ScalarType Type, int Size) ReadType(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw Bad(name, $"dtype: found {reader.TokenType}, expected a text");
        return SafetensorsTypes.Read(ref reader)
            ?? throw Bad(
                name, $"dtype: found {ModelFileException.Quote(reader.GetString()!)}, expected one of {SafetensorsTypes.Supported}");
    }

    private long[] ReadShape(ref Utf8JsonReader reader, string name)
    {
        Span<long> sizes = stackalloc long[MaximumRank];
        int rank = ReadNumbers(ref reader, name, "shape", sizes);
        return rank == 0 ? [] : sizes[..rank].ToArray();
    }

    private (long Begin, long End) ReadOffsets(ref Utf8JsonReader reader, string name)
    {
        Span<long> range = stackalloc long[2];
        int count = ReadNumbers(ref reader, name, "data_offsets", range);
        return count == 2 ? (range[0], range[1]) : throw Bad(name, $"data_offsets: found {count} entries, expected 2");
    }

    private int ReadNumbers(ref Utf8JsonReader reader, string name, string key, scoped Span<long> values)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad(name, $"{key}: found {reader.TokenType}, expected an array of whole numbers");
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0)
                throw Bad(name, $"{key}: entry {count} is no whole number from 0 to 2^63-1");
            if (count == values.Length)
                throw Bad(name, $"{key}: found more than {values.Length} entries");
            values[count++] = value;
        }

        return count;
    }

    private SafetensorsTensor Checked(string name, (torch.ScalarType Type, int Size) dtype, long[] shape, (long Begin, long End) offsets)
    {
        (long begin, long end) = offsets;
        if (begin > end || end > _dataLength)
            throw Bad(name, $"data_offsets: found [{begin}, {end}], expected an ascending range within the {_dataLength} bytes of data");
        UInt128 product = (UInt128)dtype.Size;
        foreach (long dimension in shape)
        {
            product *= (UInt128)Math.Max(dimension, 1);
            if (product > long.MaxValue)
                throw Bad(name, $"shape: found {SafetensorsTensor.FormatShape(shape)} of {dtype.Type}, expected less than 2^63 bytes");
        }

        long bytes = shape.Contains(0) ? 0 : (long)product;
        if (bytes != end - begin)
            throw Bad(
                name, $"data_offsets: found {end - begin} bytes, expected {bytes} for {dtype.Type} {SafetensorsTensor.FormatShape(shape)}");
        return new SafetensorsTensor(name, dtype.Type, shape, _dataStart + begin, end - begin);
    }

    /// <summary>The data is covered exactly once: no hole, no overlap, nothing left over.</summary>
    private void CheckCoverage()
    {
        SafetensorsTensor[] byOffset = [.. _tensors];
        Array.Sort(byOffset, static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteCount.CompareTo(b.ByteCount));
        long at = _dataStart;
        foreach (SafetensorsTensor tensor in byOffset)
        {
            if (tensor.Offset != at)
                throw Bad(
                    tensor.Name,
                    $"data_offsets: begins at {tensor.Offset - _dataStart}, expected {at - _dataStart}: the data "
                        + $"would {(tensor.Offset < at ? "overlap" : "have a hole")}");
            at += tensor.ByteCount;
        }

        if (at != _dataStart + _dataLength)
            throw new ModelFileException(
                _file, $"found {_dataLength} bytes of data, expected {at - _dataStart} by the header; the file is damaged");
    }

    private ModelFileException Bad(string tensor, string message) =>
        new(_file, $"tensor {ModelFileException.Quote(tensor)}: {message}");
}
