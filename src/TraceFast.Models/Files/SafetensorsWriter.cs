using System.Buffers.Binary;
using System.Text.Json;
using TraceFast.Data.Files;

namespace TraceFast.Models.Files;

/// <summary>
/// A tensor to be written: what the header says of it, and its values when their turn comes, so that no more than one need exist at a time.
/// </summary>
/// <param name="Name">Name in the file.</param>
/// <param name="DType">Element type in the file.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Values">Gives the tensor, of that type and shape; the writer disposes of it.</param>
public sealed record TensorToWrite(string Name, torch.ScalarType DType, long[] Shape, Func<torch.Tensor> Values)
{
    internal long ByteCount => Shape.Aggregate((long)SafetensorsTypes.Describe(DType).Size, (a, b) => checked(a * b));
}

/// <summary>
/// Writes safetensors files: the same bytes as the format's own library (tensors by element type, wide first, then by name;
/// header padded to 8 bytes), atomically.
/// </summary>
public static class SafetensorsWriter
{
    private const int ChunkBytes = 16 << 20;

    /// <summary>The metadata that transformers and PEFT expect.</summary>
    public static IReadOnlyDictionary<string, string> TorchMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes tensors as they are; they may lie on any device and need not be contiguous.</summary>
    /// <exception cref="ArgumentException">A name twice, or an element type that the format lacks.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, torch.Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, [.. tensors.Select(t => new TensorToWrite(t.Name, t.Tensor.dtype, t.Tensor.shape, () => t.Tensor.alias()))], metadata);

    /// <summary>Writes tensors that are made one after the other.</summary>
    public static void Write(string path, IReadOnlyCollection<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorToWrite[] ordered = InFileOrder(tensors);
        byte[] header = Header(ordered, metadata ?? TorchMetadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (TensorToWrite tensor in ordered)
            {
                using torch.Tensor values = tensor.Values();
                if (values.dtype != tensor.DType || !values.shape.AsSpan().SequenceEqual(tensor.Shape))
                    throw new InvalidOperationException(
                        $"tensor {tensor.Name}: {values.dtype} {SafetensorsTensor.FormatShape(values.shape)} where {tensor.DType} "
                            + $"{SafetensorsTensor.FormatShape(tensor.Shape)} was announced");
                WriteValues(stream, values, tensor.DType);
            }
        });
    }

    /// <summary>
    /// Writes a model's weights into a folder: model.safetensors, or, above <paramref name="shardBytes"/>, model-0000i-of-0000n.safetensors
    /// with model.safetensors.index.json, which is written last.
    /// </summary>
    public static void WriteModel(string folder, IReadOnlyList<TensorToWrite> tensors, long shardBytes = 5_000_000_000)
    {
        List<List<TensorToWrite>> shards = [];
        long filled = long.MaxValue;
        foreach (TensorToWrite tensor in tensors)
        {
            if (shards.Count == 0 || filled + tensor.ByteCount > shardBytes)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += tensor.ByteCount;
        }

        if (shards.Count <= 1)
        {
            Write(Path.Combine(folder, ModelWeights.SingleFile), shards.Count == 0 ? [] : shards[0], TorchMetadata);
            return;
        }

        SortedDictionary<string, string> fileOf = new(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            Write(Path.Combine(folder, name), shards[i], TorchMetadata);
            foreach (TensorToWrite tensor in shards[i])
                fileOf.Add(tensor.Name, name);
        }

        AtomicFile.Write(Path.Combine(folder, ModelWeights.IndexFile), stream => WriteIndex(stream, tensors.Sum(t => t.ByteCount), fileOf));
    }

    private static TensorToWrite[] InFileOrder(IReadOnlyCollection<TensorToWrite> tensors)
    {
        TensorToWrite[] ordered = [.. tensors
            .OrderByDescending(t => SafetensorsTypes.Describe(t.DType).Rank)
            .ThenBy(t => t.Name, StringComparer.Ordinal)];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (TensorToWrite tensor in ordered)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"tensor {tensor.Name} is given twice", nameof(tensors));
        }

        return ordered;
    }

    private static byte[] Header(TensorToWrite[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream stream = new();
        stream.Write(stackalloc byte[sizeof(ulong)]);
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JsonStyle.Indented.Encoder }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long at = 0;
            foreach (TensorToWrite tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.Describe(tensor.DType).Name);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
            stream.WriteByte((byte)' ');
        byte[] header = stream.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }

    private static void WriteValues(Stream stream, torch.Tensor values, torch.ScalarType type)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor flat = values.detach().cpu().contiguous().reshape(-1);
        long count = flat.shape[0];
        long perChunk = ChunkBytes / SafetensorsTypes.Describe(type).Size;
        for (long at = 0; at < count; at += perChunk)
        {
            using torch.Tensor chunk = flat.narrow(0, at, Math.Min(perChunk, count - at));
            stream.Write(chunk.bytes);
        }
    }

    private static void WriteIndex(Stream stream, long totalSize, SortedDictionary<string, string> fileOf)
    {
        using (Utf8JsonWriter json = new(stream, JsonStyle.Indented))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", totalSize);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach ((string tensor, string file) in fileOf)
                json.WriteString(tensor, file);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
