using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace TraceFast.Data.Parquet;

/// <summary>Arrow's columns out of JSON values.</summary>
internal static class ArrowColumns
{
    /// <param name="field">The column, of a type that <see cref="ColumnShape"/> gives.</param>
    /// <param name="values">One for each row; undefined or null: null.</param>
    public static IArrowArray Build(Field field, IReadOnlyList<JsonElement> values) => field.DataType switch
    {
        StringType => Texts(values, asJson: field.HasMetadata),
        BooleanType => Fill(new BooleanArray.Builder(), values, (b, v) => b.Append(v.GetBoolean()), b => b.AppendNull()).Build(),
        Int64Type => Fill(new Int64Array.Builder(), values, (b, v) => b.Append(v.GetInt64()), b => b.AppendNull()).Build(),
        UInt64Type => Fill(new UInt64Array.Builder(), values, (b, v) => b.Append(v.GetUInt64()), b => b.AppendNull()).Build(),
        DoubleType => Fill(new DoubleArray.Builder(), values, (b, v) => b.Append(v.GetDouble()), b => b.AppendNull()).Build(),
        ListType type => List(type, values),
        StructType type => Struct(type, values),
        _ => throw new InvalidOperationException($"no column of type {field.DataType.Name} is written"),
    };

    private static StringArray Texts(IReadOnlyList<JsonElement> values, bool asJson) => Fill(
        new StringArray.Builder(), values, (b, v) => b.Append(asJson ? v.GetRawText() : v.GetString()!), b => b.AppendNull()).Build();

    private static TBuilder Fill<TBuilder>(
        TBuilder builder, IReadOnlyList<JsonElement> values, Action<TBuilder, JsonElement> append, Action<TBuilder> appendNull)
    {
        foreach (JsonElement value in values)
        {
            if (IsNull(value))
                appendNull(builder);
            else
                append(builder, value);
        }
        return builder;
    }

    private static ListArray List(ListType type, IReadOnlyList<JsonElement> values)
    {
        List<JsonElement> elements = [];
        ArrowBuffer.Builder<int> ends = new(values.Count + 1);
        ends.Append(0);
        foreach (JsonElement value in values)
        {
            if (!IsNull(value))
                elements.AddRange(value.EnumerateArray());
            ends.Append(elements.Count);
        }
        (ArrowBuffer valid, int nulls) = Validity(values);
        return new ListArray(type, values.Count, ends.Build(), Build(type.ValueField, elements), valid, nulls);
    }

    private static StructArray Struct(StructType type, IReadOnlyList<JsonElement> values)
    {
        (ArrowBuffer valid, int nulls) = Validity(values);
        return new StructArray(type, values.Count, type.Fields.Select(f => Build(f, Under(f.Name, values))), valid, nulls);
    }

    /// <summary>What is under a key in each object; undefined where it is absent.</summary>
    public static IReadOnlyList<JsonElement> Under(string key, IReadOnlyList<JsonElement> objects) =>
        [.. objects.Select(o => !IsNull(o) && o.TryGetProperty(key, out JsonElement value) ? value : default)];

    private static (ArrowBuffer Valid, int Nulls) Validity(IReadOnlyList<JsonElement> values)
    {
        int nulls = values.Count(IsNull);
        if (nulls == 0)
            return (ArrowBuffer.Empty, 0);
        ArrowBuffer.BitmapBuilder bits = new(values.Count);
        foreach (JsonElement value in values)
            bits.Append(!IsNull(value));
        return (bits.Build(), nulls);
    }

    private static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
}
