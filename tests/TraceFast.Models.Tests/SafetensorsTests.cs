using System.Buffers.Binary;
using System.Text;
using TraceFast.Data;
using TraceFast.Models.Files;

namespace TraceFast.Models.Tests;

/// <summary>The reader against damaged and hostile files, the writer against the bytes of the format's own library.</summary>
public sealed class SafetensorsTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    public static TheoryData<string, string> HostileHeaders => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
            "found twice" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "overlap" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "found 8 bytes of data, expected 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "hole" },
        { """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "expected an ascending range within the 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "expected an ascending range" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "found 8 bytes, expected 12" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "no whole number" },
        { """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "no whole number" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,0],"data_offsets":[0,8]}}""", "less than 2^63 bytes" },
        { """{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,8]}}""", "less than 2^63 bytes" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", "ascending range" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]}}""", "no whole number" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "found 1 entries" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", "more than 2 entries" },
        { """{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "expected one of BOOL" },
        { """{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "shape is missing" },
        { """{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", "expected a text" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "dtype found twice" },
        { """{"a":[1,2]}""", "expected an object" },
        { """[]""", "expected a JSON object" },
        { """{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected a text" },
        { """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "found twice" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "not valid JSON" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not valid JSON" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[[[[[[[[[[[[]]]]]]]]]]]]}}""", "not valid JSON" },
        { "", "not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(HostileHeaders))]
    public void Hostile_headers_are_named_errors(string header, string expected)
    {
        using TemporaryFolder folder = new();
        string path = WriteFile(folder, Encoding.UTF8.GetBytes(header), new byte[8]);
        InputException error = Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(1000UL)]
    public void A_wrong_header_length_is_a_named_error(ulong length)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = new byte[8 + One.Length + 8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Encoding.UTF8.GetBytes(One).CopyTo(bytes, 8);
        File.WriteAllBytes(folder["x.safetensors"], bytes);
        Assert.Contains(
            "header length", Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(folder["x.safetensors"]).Dispose()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_a_named_error()
    {
        using TemporaryFolder folder = new();
        string path = WriteFile(folder, Encoding.UTF8.GetBytes(One), [0, 0, 128, 63, 0, 0, 0, 64]);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(path).Dispose());
        }
    }

    [Fact]
    public void Nesting_to_any_depth_is_a_named_error()
    {
        using TemporaryFolder folder = new();
        byte[] deep = [.. """{"a":"""u8, .. Enumerable.Repeat((byte)'[', 1_000_000)];
        Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(WriteFile(folder, deep, [])).Dispose());
    }

    [Fact]
    public void A_damaged_file_allocates_little_more_than_its_size()
    {
        using TemporaryFolder folder = new();
        StringBuilder header = new("{");
        for (int i = 0; i < 100_000; i++)
            header.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"\"{i:x6}\":{{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[{i},{i + 1}]}},");
        header.Append("\"z\":{}}");
        string path = WriteFile(folder, Encoding.UTF8.GetBytes(header.ToString()), new byte[100_000]);
        long size = new FileInfo(path).Length;
        Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(path).Dispose());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<InputException>(() => SafetensorsFile.Open(path).Dispose());
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < (2 * size) + (1 << 20), $"{allocated} bytes allocated for a file of {size}");
    }

    [Fact]
    public void Random_damage_is_read_or_refused_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        string path = WriteFile(
            folder, Encoding.UTF8.GetBytes(
                """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":["""
                    + """4],"data_offsets":[24,32]}}"""), new byte[32]);
        byte[] whole = File.ReadAllBytes(path);
        Random random = new(7);
        int refused = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (SafetensorsTensor tensor in file.Tensors)
                    file.Load(tensor.Name).Dispose();
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 999);
    }

    [Fact]
    public void Unaligned_data_loads()
    {
        using TemporaryFolder folder = new();
        // A header of odd length, and a byte before the floats: both legal in the format.
        string header = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""";
        string path = WriteFile(folder, Encoding.UTF8.GetBytes(header), [7, 0, 0, 128, 63, 0, 0, 0, 64]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using torch.Tensor loaded = file.Load("b");
        Assert.Equal([1.0, 2.0], Numbers.Doubles(loaded));
    }

    [Fact]
    public void Tensors_outlive_their_file()
    {
        using TemporaryFolder folder = new();
        SafetensorsFile file = SafetensorsFile.Open(WriteFile(folder, Encoding.UTF8.GetBytes(One + " "), [0, 0, 128, 63, 0, 0, 0, 64]));
        using torch.Tensor loaded = file.Load("a");
        file.Dispose();
        Assert.Equal([1.0, 2.0], Numbers.Doubles(loaded));
    }

    [Fact]
    public void An_unknown_name_is_an_error()
    {
        using TemporaryFolder folder = new();
        using SafetensorsFile file = SafetensorsFile.Open(WriteFile(folder, Encoding.UTF8.GetBytes(One), new byte[8]));
        Assert.Contains("'b' is missing", Assert.ThrowsAny<InputException>(() => file.Load("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_what_was_read_gives_the_same_bytes_as_the_formats_own_library()
    {
        foreach (string name in new[] { "models/gemma2/golden", "models/llama_gqa/model", "models/llama_bf16/model",
            "lora/qwen2__patterns/adapter_model" })
        {
            string path = OracleCases.Folder(".", name + ".safetensors");
            using TemporaryFolder folder = new();
            using SafetensorsFile file = SafetensorsFile.Open(path);
            List<(string, torch.Tensor)> tensors = [.. file.Tensors.Reverse().Select(t => (t.Name, file.Load(t.Name)))];
            SafetensorsWriter.Write(folder["copy"], tensors, file.Metadata);
            tensors.ForEach(t => t.Item2.Dispose());
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(folder["copy"])), name);
            Assert.Single(Directory.GetFiles(folder.Path));
        }
    }

    [Fact]
    public void Every_element_type_comes_back()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor values = torch.tensor(new double[] { 0, 1, 1, 0, 1, 0 }).reshape(2, 3);
        torch.ScalarType[] types =
        [
            torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.Float16, torch.ScalarType.BFloat16, torch.ScalarType.Int64,
            torch.ScalarType.Int32, torch.ScalarType.Int16, torch.ScalarType.Int8, torch.ScalarType.Byte, torch.ScalarType.Bool,
        ];
        SafetensorsWriter.Write(folder["x"], types.Select(t => (t.ToString(), values.to(t))));
        using SafetensorsFile file = SafetensorsFile.Open(folder["x"]);
        Assert.Equal(types.Length, file.Tensors.Count);
        foreach (torch.ScalarType type in types)
        {
            torch.Tensor loaded = file.Load(type.ToString());
            Assert.Equal(type, loaded.dtype);
            Assert.Equal([2, 3], loaded.shape);
            Assert.Equal([0, 1, 1, 0, 1, 0], Numbers.Doubles(loaded));
        }
    }

    [Fact]
    public void A_transposed_tensor_is_written_in_its_own_order()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(folder["x"], [("t", torch.tensor(new float[] { 1, 2, 3, 4, 5, 6 }).reshape(2, 3).t())]);
        using SafetensorsFile file = SafetensorsFile.Open(folder["x"]);
        Assert.Equal([1, 4, 2, 5, 3, 6], Numbers.Doubles(file.Load("t")));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["x"], "old");
        TensorToWrite[] broken = [new("a", torch.ScalarType.Float32, [2], () => throw new InvalidOperationException("no values"))];
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(folder["x"], broken));
        Assert.Equal("old", File.ReadAllText(folder["x"]));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Shards_and_their_index_are_read_as_one_model()
    {
        using TemporaryFolder folder = new();
        TensorToWrite[] tensors = [
            .. Enumerable.Range(0, 5).Select(i => new TensorToWrite($"w{i}", torch.ScalarType.Float32, [4], () => torch.ones(4) * i))];
        SafetensorsWriter.WriteModel(folder.Path, tensors, shardBytes: 40);
        Assert.Equal(3, Directory.GetFiles(folder.Path, "*.safetensors").Length);
        using ModelWeights weights = ModelWeights.Open(folder.Path);
        Assert.Equal(5, weights.Tensors.Count());
        Assert.True(weights.TryGet("w3", out SafetensorsFile file, out _));
        using torch.Tensor w3 = file.Load("w3");
        Assert.Equal([3, 3, 3, 3], Numbers.Doubles(w3));
    }

    [Theory]
    [InlineData("""{"weight_map":{"w":"../x.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"w":"absent.safetensors"}}""", "absent.safetensors")]
    [InlineData("""{"weight_map":{"other":"x.safetensors"}}""", "'other' is missing")]
    [InlineData("""{"weight_map":{}}""", "empty")]
    [InlineData("""{}""", "weight_map")]
    public void An_index_that_does_not_fit_is_a_named_error(string index, string expected)
    {
        using TemporaryFolder folder = new();
        using (torch.Tensor w = torch.ones(2))
            SafetensorsWriter.Write(folder["x.safetensors"], [("w", w)]);
        File.WriteAllText(folder["model.safetensors.index.json"], index);
        Assert.Contains(
            expected, Assert.ThrowsAny<InputException>(() => ModelWeights.Open(folder.Path).Dispose()).Message, StringComparison.Ordinal);
    }

    private static string WriteFile(TemporaryFolder folder, byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        string path = folder["x.safetensors"];
        File.WriteAllBytes(path, [.. length, .. header, .. data]);
        return path;
    }
}
