using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>str() and repr() of values, marks kept.</summary>
internal static class PyRepr
{
    /// <summary>What {{ value }} prints.</summary>
    public static TaintedString Str(RenderState state, object? value) => value switch
    {
        TaintedString text => text,
        Undefined => TaintedString.Empty,
        _ => Repr(state, value),
    };

    public static TaintedString Repr(RenderState state, object? value)
    {
        TaintedStringBuilder target = new();
        Write(state, value, target);
        return target.Build();
    }

    private static void Write(RenderState state, object? value, TaintedStringBuilder target)
    {
        state.Step();
        switch (value)
        {
            case null:
                target.Append("None");
                break;
            case bool or long or double:
                target.Append(PyNumber.Format(value));
                break;
            case TaintedString { IsSafe: true } markup:
                target.Append("Markup(");
                Quote(state, markup, target);
                target.Append(")");
                break;
            case TaintedString text:
                Quote(state, text, target);
                break;
            case Undefined:
                target.Append("Undefined");
                break;
            case JinjaRange range:
                target.Append(range.Representation);
                break;
            case JinjaList list:
                WriteItems(state, "[", list.Iterate(), "]", target);
                break;
            case JinjaTuple tuple:
                WriteItems(state, "(", tuple.Iterate(), tuple.Count == 1 ? ",)" : ")", target);
                break;
            case JinjaDictView view:
                WriteItems(state, view.Kind + "([", view.Iterate(), "])", target);
                break;
            case JinjaDict dict:
                state.Enter();
                target.Append("{");
                for (int i = 0; i < dict.Count; i++)
                {
                    if (i > 0)
                        target.Append(", ");
                    Write(state, dict.Entries[i].Key, target);
                    target.Append(": ");
                    Write(state, dict.Entries[i].Value, target);
                }
                target.Append("}");
                state.Leave();
                break;
            case Macro macro:
                target.Append($"<Macro '{macro.Name}'>");
                break;
            default:
                throw new JinjaRuntimeError($"a {PyType.Name(value)} has no printable form; print its entries instead");
        }
    }

    private static void WriteItems(
        RenderState state, string open, IEnumerable<object?> items, string close, TaintedStringBuilder target)
    {
        state.Enter();
        target.Append(open);
        bool first = true;
        foreach (object? item in items)
        {
            if (!first)
                target.Append(", ");
            first = false;
            Write(state, item, target);
        }
        target.Append(close);
        state.Leave();
    }

    // Single quotes unless the text holds them and no double quotes; unprintable code points as escapes.
    private static void Quote(RenderState state, TaintedString text, TaintedStringBuilder target)
    {
        state.ChargeText(text.Length);
        string s = text.Value;
        char quote = s.Contains('\'', StringComparison.Ordinal) && !s.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        target.Append(quote.ToString());
        for (int i = 0; i < s.Length;)
        {
            int width = PyText.WidthAt(s, i);
            string? escape = Escape(s, i, width, quote);
            if (escape is null)
            {
                target.Append(text, i, width);
            }
            else
            {
                state.ChargeText(escape.Length);
                target.Append(escape, text.IsInput(i));
            }
            i += width;
        }
        target.Append(quote.ToString());
    }

    private static string? Escape(string s, int i, int width, char quote)
    {
        char c = s[i];
        if (c == quote || c == '\\')
            return "\\" + c;
        switch (c)
        {
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            case >= ' ' and <= '~':
                return null;
        }
        bool printable = CharUnicodeInfo.GetUnicodeCategory(s, i) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
        if (printable)
            return null;
        int code = width == 2 ? char.ConvertToUtf32(c, s[i + 1]) : c;
        return code switch
        {
            < 0x100 => string.Create(CultureInfo.InvariantCulture, $"\\x{code:x2}"),
            < 0x10000 => string.Create(CultureInfo.InvariantCulture, $"\\u{code:x4}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\\U{code:x8}"),
        };
    }
}

/// <summary>json.dumps as transformers' tojson calls it: ensure_ascii false unless asked for, no HTML escaping.</summary>
internal sealed class PyJson(
    RenderState state, bool ensureAscii, TaintedString? indent, TaintedString itemSeparator, TaintedString keySeparator, bool sortKeys)
{
    private readonly TaintedStringBuilder _target = new();

    public TaintedString Dump(object? value)
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
            case TaintedString text:
                Quote(text);
                break;
            case JinjaList or JinjaTuple:
                WriteArray([.. ((IJinjaSequence)value).Iterate()], level);
                break;
            case JinjaDict dict:
                WriteObject(dict, level);
                break;
            default:
                throw new JinjaRuntimeError($"Object of type {PyType.Name(value)} is not JSON serializable");
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
            entries = entries.Order(
                Comparer<KeyValuePair<object?, object?>>.Create((a, b) => PyCompare.InOrder(state, a.Key, b.Key)));
        int i = 0;
        foreach ((object? key, object? value) in entries)
        {
            Separate(i++, level + 1);
            Quote(key switch
            {
                TaintedString text => text,
                null => TaintedString.FromTemplate("null"),
                bool b => TaintedString.FromTemplate(b ? "true" : "false"),
                long => TaintedString.FromTemplate(PyNumber.Format(key)),
                double d => TaintedString.FromTemplate(Number(d)),
                _ => throw new JinjaRuntimeError($"keys must be str, int, float, bool or None, not {PyType.Name(key)}"),
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

    private void Quote(TaintedString text)
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
