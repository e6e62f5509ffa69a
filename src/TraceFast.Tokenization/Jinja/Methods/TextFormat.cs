using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

/// <summary>"%s" % values and "{}".format(values), marks kept.</summary>
internal static class TextFormat
{
    /// <summary>printf-style: %s %r %a-less, %d %i %f %x %% with flags, width, precision and %(name)s.</summary>
    public static MarkedText Percent(RenderState state, MarkedText format, object? values)
    {
        string f = format.Value;
        var target = new MarkedTextBuilder();
        var queue = new Queue<object?>(values is JinjaTuple tuple ? tuple.Iterate() : [values]);
        bool named = false;
        int i = 0;
        while (i < f.Length)
        {
            int percent = f.IndexOf('%', i);
            int end = percent < 0 ? f.Length : percent;
            state.ChargeText(end - i);
            target.Append(format, i, end - i);
            i = end;
            if (percent < 0)
                break;
            i++;
            object? value = Arguments.Absent;
            if (i < f.Length && f[i] == '(')
            {
                int close = f.IndexOf(')', i);
                if (close < 0)
                    throw new JinjaFault("incomplete format key");
                if (values is not JinjaDict dict || !dict.TryGet(format.Slice(i + 1, close - i - 1), out value))
                    throw new JinjaFault($"format key '{f[(i + 1)..close]}' not found");
                named = true;
                i = close + 1;
            }
            FormatSpec spec = FormatSpec.Percent(f, ref i);
            if (spec.Type == '%')
            {
                target.Append("%");
                continue;
            }
            if (ReferenceEquals(value, Arguments.Absent) && !queue.TryDequeue(out value))
                throw new JinjaFault("not enough arguments for format string");
            if (spec.Type is 'r' or 's')
            {
                MarkedText text = spec.Type == 'r' ? PyRepr.Repr(state, value) : PyRepr.Str(state, value);
                value = format.IsSafe ? PyText.Escape(state, text) : text;
            }
            target.Append(spec.Apply(state, value));
        }
        if (queue.Count > 0 && !named && values is not JinjaDict)
            throw new JinjaFault("not all arguments converted during string formatting");
        return target.Build().AsSafe(format.IsSafe);
    }

    /// <summary>str.format: {}, {0}, {name}, {0.attribute}, {0[key]}, !s, !r and the format specifications of <see cref="FormatSpec"/>.</summary>
    public static MarkedText Braces(RenderState state, MarkedText format, Arguments arguments)
    {
        string f = format.Value;
        var target = new MarkedTextBuilder();
        int next = 0;
        for (int i = 0; i < f.Length; i++)
        {
            if ((f[i] == '{' || f[i] == '}') && i + 1 < f.Length && f[i + 1] == f[i])
            {
                target.Append(format, i, 1);
                i++;
                continue;
            }
            if (f[i] == '}')
                throw new JinjaFault("Single '}' encountered in format string");
            if (f[i] != '{')
            {
                state.ChargeText(1);
                target.Append(format, i, 1);
                continue;
            }
            int close = f.IndexOf('}', i);
            if (close < 0)
                throw new JinjaFault("expected '}' before end of string");
            string field = f[(i + 1)..close];
            if (field.Contains('{', StringComparison.Ordinal))
                throw new JinjaFault("nested replacement fields in str.format are not supported");
            string specification = "";
            if (field.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon)
                (field, specification) = (field[..colon], field[(colon + 1)..]);
            char conversion = ' ';
            if (field.IndexOf('!', StringComparison.Ordinal) is >= 0 and int bang)
            {
                if (field[(bang + 1)..] is not ("r" or "s"))
                    throw new JinjaFault($"conversion '{field[bang..]}' in str.format is not supported");
                (field, conversion) = (field[..bang], field[bang + 1]);
            }
            object? value = Field(state, field, arguments, ref next);
            if (conversion != ' ')
                value = conversion == 'r' ? PyRepr.Repr(state, value) : PyRepr.Str(state, value);
            MarkedText filled = FormatSpec.Braces(specification).Apply(state, value);
            target.Append(format.IsSafe && value is not MarkedText { IsSafe: true } ? PyText.Escape(state, filled.AsSafe(false)) : filled);
            i = close;
        }
        return target.Build();
    }

    private static object? Field(RenderState state, string field, Arguments arguments, ref int next)
    {
        int end = field.AsSpan().IndexOfAny('.', '[');
        string name = end < 0 ? field : field[..end];
        object? value;
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
        {
            int index = name.Length == 0 ? next++ : int.TryParse(name, CultureInfo.InvariantCulture, out int n) ? n : int.MaxValue;
            if (index >= arguments.Positional.Count)
                throw new JinjaFault($"Replacement index {index} out of range for positional args tuple");
            value = arguments.Positional[index];
        }
        else
        {
            int at = arguments.Keyword.ToList().FindIndex(k => k.Key == name);
            if (at < 0)
                throw new JinjaFault($"format key '{name}' not found");
            value = arguments.Keyword[at].Value;
        }
        for (string rest = end < 0 ? "" : field[end..]; rest.Length > 0;)
        {
            int stop;
            if (rest[0] == '.')
            {
                stop = rest.AsSpan(1).IndexOfAny('.', '[') is >= 0 and int s ? s + 1 : rest.Length;
                value = Members.Attribute(state, value, rest[1..stop]);
            }
            else
            {
                stop = rest.IndexOf(']', StringComparison.Ordinal) + 1;
                if (stop == 0)
                    throw new JinjaFault("Missing ']' in format string");
                string key = rest[1..(stop - 1)];
                value = Members.Item(
                    state, value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : MarkedText.FromTemplate(key));
            }
            rest = rest[stop..];
        }
        return value;
    }
}
