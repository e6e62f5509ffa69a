using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

/// <summary>json.dumps as transformers' tojson calls it: ensure_ascii false unless asked for, no HTML escaping.</summary>
internal sealed class PyJson(RenderState state, bool ensureAscii, MarkedText? indent, MarkedText itemSeparator, MarkedText keySeparator, bool sortKeys)
{
    private readonly MarkedTextBuilder _target = new();

    public MarkedText Dump(object? value)
    {
        Write(value, 0);
        return _target.Build();
    }

    private void Write(object? value, int level)
    {
        state.Step();
        switch (value)
        {
            case null:
                _target.Append("null");
                break;
            case bool b:
                _target.Append(b ? "true" : "false");
                break;
            case long:
                _target.Append(PyNumber.Format(value));
                break;
            case double d:
                _target.Append(Number(d));
                break;
            case MarkedText text:
                Quote(text);
                break;
            case JinjaList or JinjaTuple:
                WriteArray([.. ((IJinjaSequence)value).Iterate()], level);
                break;
            case JinjaDict dict:
                WriteObject(dict, level);
                break;
            default:
                throw new JinjaFault($"Object of type {PyType.Name(value)} is not JSON serializable");
        }
    }

    private void WriteArray(object?[] items, int level)
    {
        state.Enter();
        _target.Append("[");
        for (int i = 0; i < items.Length; i++)
        {
            Separate(i, level + 1);
            Write(items[i], level + 1);
        }
        Close(items.Length, level, "]");
        state.Leave();
    }

    private void WriteObject(JinjaDict dict, int level)
    {
        state.Enter();
        _target.Append("{");
        IEnumerable<KeyValuePair<object?, object?>> entries = dict.Entries;
        if (sortKeys)
            entries = entries.Order(Comparer<KeyValuePair<object?, object?>>.Create((a, b) => PyCompare.Order(state, a.Key, b.Key, "<") ?? 0));
        int i = 0;
        foreach ((object? key, object? value) in entries)
        {
            Separate(i++, level + 1);
            Quote(key switch
            {
                MarkedText text => text,
                null => MarkedText.FromTemplate("null"),
                bool b => MarkedText.FromTemplate(b ? "true" : "false"),
                long => MarkedText.FromTemplate(PyNumber.Format(key)),
                double d => MarkedText.FromTemplate(Number(d)),
                _ => throw new JinjaFault($"keys must be str, int, float, bool or None, not {PyType.Name(key)}"),
            });
            _target.Append(keySeparator);
            Write(value, level + 1);
        }
        Close(dict.Count, level, "}");
        state.Leave();
    }

    private void Separate(int index, int level)
    {
        if (index > 0)
            _target.Append(itemSeparator);
        NewLine(level);
    }

    private void Close(int count, int level, string bracket)
    {
        if (count > 0)
            NewLine(level);
        _target.Append(bracket);
    }

    private void NewLine(int level)
    {
        if (indent is null)
            return;
        state.ChargeText(1 + (long)indent.Length * level);
        _target.Append("\n");
        for (int i = 0; i < level; i++)
            _target.Append(indent);
    }

    private static string Number(double d) =>
        double.IsNaN(d) ? "NaN" : double.IsInfinity(d) ? (d > 0 ? "Infinity" : "-Infinity") : PyNumber.Format(d);

    private void Quote(MarkedText text)
    {
        state.ChargeText(text.Length + 2L);
        _target.Append("\"");
        string s = text.Value;
        int start = 0;
        for (int i = 0; i < s.Length; i++)
        {
            string? escape = s[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => Unicode(s[i]),
                > '~' when ensureAscii => Unicode(s[i]),
                _ => null,
            };
            if (escape is null)
                continue;
            state.ChargeText(escape.Length);
            _target.Append(text, start, i - start).Append(escape, text.IsInput(i));
            start = i + 1;
        }
        _target.Append(text, start, s.Length - start).Append("\"");
    }

    private static string Unicode(char c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
}
