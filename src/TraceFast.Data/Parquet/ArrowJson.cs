using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;
using TraceFast.Data.Json;

namespace TraceFast.Data.Parquet;

/// <summary>
/// Values of Arrow's columns as JSON: texts (and bytes that are UTF-8), numbers, booleans, lists, structs, dictionaries of those; dates and
/// times as ISO 8601 texts; a column of Parquet's type JSON as what its text says.
/// </summary>
internal static class ArrowJson
{
    private const string ExtensionKey = "ARROW:extension:name", JsonExtension = "arrow.json";

    /// <summary>What Arrow calls a text column that holds JSON; Parquet keeps it as the column's logical type.</summary>
    public static IReadOnlyDictionary<string, string> JsonMetadata { get; } =
        new Dictionary<string, string> { [ExtensionKey] = JsonExtension, ["ARROW:extension:metadata"] = "" };

    /// <exception cref="InputException">The column, or a part of it, is of a type that no JSON value represents.</exception>
    public static void Require(Field field, string path, string? within = null)
    {
        string name = within == null ? field.Name : $"{within}.{field.Name}";
        switch (Plain(field.DataType))
        {
            case NullType or BooleanType or NumberType or Date32Type or Date64Type or TimestampType
                or StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType:
                break;
            case StructType type:
                foreach (Field part in type.Fields)
                    Require(part, path, name);
                break;
            case ListType or LargeListType or FixedSizeListType:
                Require(((NestedType)Plain(field.DataType)).Fields[0], path, name);
                break;
            case { } other:
                throw new InputException(
                    $"{path}: column '{name}' is of type {other.Name}, which has no JSON equivalent; leave it out, or write "
                        + "it as text, numbers, lists or structs");
        }
    }

    /// <summary>An object of those columns that are not null in this row.</summary>
    /// <exception cref="RecordException">A value has no place in JSON.</exception>
    public static void WriteFields(Utf8JsonWriter json, IReadOnlyList<Field> fields, IEnumerable<IArrowArray> columns, int row)
    {
        json.WriteStartObject();
        int i = 0;
        foreach (IArrowArray column in columns)
        {
            Field field = fields[i++];
            if (column.IsNull(row))
                continue;
            json.WritePropertyName(field.Name);
            Write(json, field, column, row);
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Field field, IArrowArray array, int row)
    {
        if (array.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }
        switch (array)
        {
            case BinaryArray bytes: // StringArray is one
                WriteText(json, field, bytes.GetBytes(row));
                break;
            case LargeBinaryArray bytes:
                WriteText(json, field, bytes.GetBytes(row));
                break;
            case BinaryViewArray bytes:
                WriteText(json, field, bytes.GetBytes(row));
                break;
            case BooleanArray flags:
                json.WriteBooleanValue(flags.GetValue(row)!.Value);
                break;
            case StructArray parts:
                WriteFields(json, ((StructType)parts.Data.DataType).Fields, parts.Fields, row);
                break;
            case ListArray list:
                WriteList(json, list.Data.DataType, list.Values, list.ValueOffsets[row], list.ValueOffsets[row + 1]);
                break;
            case LargeListArray list:
                (long from, long to) = (list.ValueOffsets[row], list.ValueOffsets[row + 1]);
                WriteList(json, list.Data.DataType, list.Values, checked((int)from), checked((int)to));
                break;
            case FixedSizeListArray list:
                int width = ((FixedSizeListType)list.Data.DataType).ListSize;
                WriteList(json, list.Data.DataType, list.Values, (row + list.Offset) * width, (row + list.Offset + 1) * width);
                break;
            case DictionaryArray coded:
                Write(json, field, coded.Dictionary, Index(coded.Indices, row));
                break;
            case Date32Array or Date64Array or TimestampArray:
                json.WriteStringValue(Time(field, array, row));
                break;
            default:
                WriteNumber(json, field, array, row);
                break;
        }
    }

    private static void WriteList(Utf8JsonWriter json, IArrowType type, IArrowArray values, int from, int to)
    {
        Field element = ((NestedType)type).Fields[0];
        json.WriteStartArray();
        for (int i = from; i < to; i++)
            Write(json, element, values, i);
        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, Field field, ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
            throw new RecordException($"column '{field.Name}' holds bytes that are not UTF-8 text");
        if (field.Metadata?.GetValueOrDefault(ExtensionKey) != JsonExtension)
        {
            json.WriteStringValue(bytes);
            return;
        }
        try
        {
            json.WriteRawValue(bytes);
        }
        catch (JsonException e)
        {
            throw new RecordException($"column '{field.Name}' is of type JSON: {JsonRecordFile.Describe(e, bytes)}");
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, Field field, IArrowArray array, int row)
    {
        switch (array)
        {
            case Int64Array numbers:
                json.WriteNumberValue(numbers.GetValue(row)!.Value);
                break;
            case UInt64Array numbers:
                json.WriteNumberValue(numbers.GetValue(row)!.Value);
                break;
            case DoubleArray numbers:
                json.WriteNumberValue(Finite(field, numbers.GetValue(row)!.Value));
                break;
            case FloatArray numbers:
                json.WriteNumberValue((float)Finite(field, numbers.GetValue(row)!.Value));
                break;
            case HalfFloatArray numbers:
                json.WriteNumberValue((float)Finite(field, (double)numbers.GetValue(row)!.Value));
                break;
            default:
                json.WriteNumberValue(Small(array, row));
                break;
        }
    }

    private static long Small(IArrowArray array, int row) => array switch
    {
        Int32Array numbers => numbers.GetValue(row)!.Value,
        UInt32Array numbers => numbers.GetValue(row)!.Value,
        Int16Array numbers => numbers.GetValue(row)!.Value,
        UInt16Array numbers => numbers.GetValue(row)!.Value,
        Int8Array numbers => numbers.GetValue(row)!.Value,
        UInt8Array numbers => numbers.GetValue(row)!.Value,
        Int64Array numbers => numbers.GetValue(row)!.Value,
        UInt64Array numbers => checked((long)numbers.GetValue(row)!.Value),
        _ => throw new InvalidOperationException($"{array.Data.DataType.Name} was let through as a number"),
    };

    private static int Index(IArrowArray indices, int row) => checked((int)Small(indices, row));

    private static double Finite(Field field, double number) =>
        double.IsFinite(number) ? number
            : throw new RecordException(
                string.Create(CultureInfo.InvariantCulture, $"column '{field.Name}' is {number}, which JSON has no number for"));

    private static string Time(Field field, IArrowArray array, int row)
    {
        try
        {
            return array switch
            {
                Date32Array days => days.GetDateTime(row)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Date64Array days => days.GetDateTime(row)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                _ => ((TimestampArray)array).GetTimestamp(row)!.Value.ToString("O", CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new RecordException($"column '{field.Name}' is a time outside of the years 1 to 9999");
        }
    }

    private static IArrowType Plain(IArrowType type) => type is DictionaryType coded ? coded.ValueType : type;
}
