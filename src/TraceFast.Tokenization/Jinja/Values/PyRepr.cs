using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>str() and repr() of values, marks kept.</summary>
internal static class PyRepr
{
    /// <summary>What {{ value }} prints.</summary>
    public static MarkedText Str(RenderState state, object? value) => value switch
    {
        MarkedText text => text,
        Undefined => MarkedText.Empty,
        _ => Repr(state, value),
    };

    public static MarkedText Repr(RenderState state, object? value)
    {
        var target = new MarkedTextBuilder();
        Write(state, value, target);
        return target.Build();
    }

    private static void Write(RenderState state, object? value, MarkedTextBuilder target)
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
            case MarkedText { IsSafe: true } markup:
                target.Append("Markup(");
                Quote(state, markup, target);
                target.Append(")");
                break;
            case MarkedText text:
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
                throw new JinjaFault($"a {PyType.Name(value)} has no printable form; print its entries instead");
        }
    }

    private static void WriteItems(
        RenderState state, string open, IEnumerable<object?> items, string close, MarkedTextBuilder target)
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
    private static void Quote(RenderState state, MarkedText text, MarkedTextBuilder target)
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
