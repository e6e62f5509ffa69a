using System.Text.Json;

namespace TraceFast.Models.Files;

/// <summary>Element types of the safetensors format that have a libtorch counterpart.</summary>
internal static class SafetensorsTypes
{
    /// <summary>
    /// Name in the header, libtorch type, bytes per element; in the order in which the format's own writer lays tensors out (last first).
    /// </summary>
    private static readonly (string Name, torch.ScalarType Type, int Size)[] s_table =
    [
        ("BOOL", torch.ScalarType.Bool, 1),
        ("U8", torch.ScalarType.Byte, 1),
        ("I8", torch.ScalarType.Int8, 1),
        ("I16", torch.ScalarType.Int16, 2),
        ("F16", torch.ScalarType.Float16, 2),
        ("BF16", torch.ScalarType.BFloat16, 2),
        ("I32", torch.ScalarType.Int32, 4),
        ("F32", torch.ScalarType.Float32, 4),
        ("F64", torch.ScalarType.Float64, 8),
        ("I64", torch.ScalarType.Int64, 8),
    ];

    public static string Supported { get; } = string.Join(", ", s_table.Select(t => t.Name));

    /// <summary>The type and element size whose name the reader stands at, or null.</summary>
    public static (torch.ScalarType Type, int Size)? Read(ref Utf8JsonReader reader)
    {
        foreach ((string name, torch.ScalarType type, int size) in s_table)
        {
            if (reader.ValueTextEquals(name))
                return (type, size);
        }

        return null;
    }

    /// <summary>The header's name, the element size and the rank in the writer's order; throws for a type the format lacks.</summary>
    public static (string Name, int Size, int Rank) Describe(torch.ScalarType type)
    {
        int at = Array.FindIndex(s_table, t => t.Type == type);
        return at >= 0 ? (s_table[at].Name, s_table[at].Size, at)
            : throw new ArgumentException($"safetensors has no element type for {type}; expected one of {Supported}", nameof(type));
    }
}
