using System.Text.Json;

namespace TraceFast.Data.Json;

/// <summary>Arrays of numbers as JSON.</summary>
public static class JsonArrays
{
    /// <summary>Writes a property that is an array of integers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, ReadOnlySpan<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Writes a property that is an array of numbers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, ReadOnlySpan<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
