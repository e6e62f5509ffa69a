using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace TraceFast.Data.Parquet;

/// <summary>
/// What the values under one key are in all records, from which the key's column gets its type. Values of more than one sort, objects
/// without keys or with very many, and numbers that neither 64 bits nor a double hold as written make a column of JSON texts, so that
/// nothing is lost.
/// </summary>
internal sealed class ColumnShape
{
    /// <summary>An object with more keys in all records is a table of its own kind; as a struct each would be a column.</summary>
    private const int MostKeys = 1000;

    private const long ExactAsDouble = 1L << 53;

    private readonly List<(string Name, ColumnShape Shape)> _keys = [];
    private readonly Dictionary<string, ColumnShape> _byName = [];
    private ColumnShape? _element;
    private bool _text, _flag, _list, _object, _signed, _negative, _unsigned, _fraction, _inexact;

    /// <summary>Adds what one value is; null adds nothing.</summary>
    public void Add(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _text = true;
                break;
            case JsonValueKind.True or JsonValueKind.False:
                _flag = true;
                break;
            case JsonValueKind.Number:
                AddNumber(value);
                break;
            case JsonValueKind.Array:
                _list = true;
                _element ??= new();
                foreach (JsonElement element in value.EnumerateArray())
                    _element.Add(element);
                break;
            case JsonValueKind.Object:
                AddObject(value);
                break;
        }
    }

    /// <summary>The columns of records, in the order in which their keys first appear; a key that is always null has none.</summary>
    public List<Field> Fields() => [.. _keys.Where(k => k.Shape.SaysSomething).Select(k => k.Shape.ToField(k.Name))];

    private bool SaysSomething => _text || _flag || _list || _object || IsNumber;

    private bool IsNumber => _signed || _unsigned || _fraction;

    private Field ToField(string name)
    {
        bool one = new[] { _text, _flag, _list, _object, IsNumber }.Count(b => b) == 1;
        IArrowType? type = !one ? null
            : _text ? StringType.Default
            : _flag ? BooleanType.Default
            : _list ? new ListType(_element!.SaysSomething ? _element.ToField("element") : new Field("element", StringType.Default, true))
            : _object ? (_keys.Count <= MostKeys && Fields() is { Count: > 0 } fields ? new StructType(fields) : null)
            : NumberColumn();
        return type != null ? new Field(name, type, true) : new Field(name, StringType.Default, true, ArrowJson.JsonMetadata);
    }

    private IArrowType? NumberColumn() => _fraction
        ? (_inexact ? null : DoubleType.Default)
        : !_unsigned ? Int64Type.Default : _negative ? null : UInt64Type.Default;

    private void AddNumber(JsonElement value)
    {
        if (value.TryGetInt64(out long whole))
        {
            _signed = true;
            _negative |= whole < 0;
            _inexact |= whole is > ExactAsDouble or < -ExactAsDouble;
        }
        else if (value.TryGetUInt64(out _))
        {
            _unsigned = _inexact = true;
        }
        else
        {
            _fraction = true;
            _inexact |= !value.TryGetDouble(out double number) || !double.IsFinite(number)
                || !JsonElement.DeepEquals(value, JsonSerializer.SerializeToElement(number));
        }
    }

    private void AddObject(JsonElement value)
    {
        _object = true;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!_byName.TryGetValue(property.Name, out ColumnShape? shape))
            {
                if (_keys.Count > MostKeys)
                    continue; // a column of JSON by now
                _byName.Add(property.Name, shape = new());
                _keys.Add((property.Name, shape));
            }
            shape.Add(property.Value);
        }
    }
}
