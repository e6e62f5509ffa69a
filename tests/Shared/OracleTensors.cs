using System.Buffers.Binary;
using System.Text.Json;

namespace TraceFast.Tests;

/// <summary>The F32, F64 and I64 tensors of a trusted safetensors file, as doubles. Knows no other library of this project.</summary>
internal sealed class OracleTensors
{
    private readonly byte[] _bytes;
    private readonly int _data;
    private readonly JsonElement _header;

    public OracleTensors(string path)
    {
        _bytes = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes));
        _header = JsonDocument.Parse(_bytes.AsMemory(8, length)).RootElement;
        _data = 8 + length;
    }

    public long[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];

    /// <summary>Row-major.</summary>
    public double[] Values(string name)
    {
        JsonElement tensor = _header.GetProperty(name);
        JsonElement offsets = tensor.GetProperty("data_offsets");
        int begin = _data + offsets[0].GetInt32();
        ReadOnlySpan<byte> raw = _bytes.AsSpan(begin, _data + offsets[1].GetInt32() - begin);
        string dtype = tensor.GetProperty("dtype").GetString()!;
        int size = dtype == "F32" ? 4 : 8;
        double[] values = new double[raw.Length / size];
        for (int i = 0; i < values.Length; i++)
            values[i] = dtype switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(raw[(i * size)..]),
                "F64" => BinaryPrimitives.ReadDoubleLittleEndian(raw[(i * size)..]),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(raw[(i * size)..]),
                _ => throw new NotSupportedException($"{name} is {dtype}"),
            };
        return values;
    }
}
