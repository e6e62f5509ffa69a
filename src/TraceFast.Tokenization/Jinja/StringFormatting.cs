using System.Globalization;
using System.Numerics;

namespace TraceFast.Tokenization.Jinja;

/// <summary>"%s" % values and "{}".format(values), marks kept.</summary>
internal static class TextFormat
{
    /// <summary>printf-style: %s %r %a-less, %d %i %f %x %% with flags, width, precision and %(name)s.</summary>
    public static TaintedString Percent(RenderState state, TaintedString format, object? values)
    {
        string f = format.Value;
        TaintedStringBuilder target = new();
        Queue<object?> queue = new(values is JinjaTuple tuple ? tuple.Iterate() : [values]);
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
                    throw new JinjaRuntimeError("incomplete format key");
                if (values is not JinjaDict dict || !dict.TryGet(format.Slice(i + 1, close - i - 1), out value))
                    throw new JinjaRuntimeError($"format key '{f[(i + 1)..close]}' not found");
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
                throw new JinjaRuntimeError("not enough arguments for format string");
            if (spec.Type is 'r' or 's')
            {
                TaintedString text = spec.Type == 'r' ? PyRepr.Repr(state, value) : PyRepr.Str(state, value);
                value = format.IsSafe ? PyText.Escape(state, text) : text;
            }
            target.Append(spec.Apply(state, value));
        }
        if (queue.Count > 0 && !named && values is not JinjaDict)
            throw new JinjaRuntimeError("not all arguments converted during string formatting");
        return target.Build().AsSafe(format.IsSafe);
    }

    /// <summary>
    /// str.format: {}, {0}, {name}, {0.attribute}, {0[key]}, !s, !r and the format specifications of <see cref="FormatSpec"/>.
    /// </summary>
    public static TaintedString Braces(RenderState state, TaintedString format, Arguments arguments)
    {
        string f = format.Value;
        TaintedStringBuilder target = new();
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
                throw new JinjaRuntimeError("Single '}' encountered in format string");
            if (f[i] != '{')
            {
                state.ChargeText(1);
                target.Append(format, i, 1);
                continue;
            }
            int close = f.IndexOf('}', i);
            if (close < 0)
                throw new JinjaRuntimeError("expected '}' before end of string");
            string field = f[(i + 1)..close];
            if (field.Contains('{', StringComparison.Ordinal))
                throw new JinjaRuntimeError("nested replacement fields in str.format are not supported");
            string specification = "";
            if (field.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon)
                (field, specification) = (field[..colon], field[(colon + 1)..]);
            char conversion = ' ';
            if (field.IndexOf('!', StringComparison.Ordinal) is >= 0 and int bang)
            {
                if (field[(bang + 1)..] is not ("r" or "s"))
                    throw new JinjaRuntimeError($"conversion '{field[bang..]}' in str.format is not supported");
                (field, conversion) = (field[..bang], field[bang + 1]);
            }
            object? value = Field(state, field, arguments, ref next);
            if (conversion != ' ')
                value = conversion == 'r' ? PyRepr.Repr(state, value) : PyRepr.Str(state, value);
            TaintedString filled = FormatSpec.Braces(specification).Apply(state, value);
            target.Append(
                format.IsSafe && value is not TaintedString { IsSafe: true } ? PyText.Escape(state, filled.AsSafe(false)) : filled);
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
                throw new JinjaRuntimeError($"Replacement index {index} out of range for positional args tuple");
            value = arguments.Positional[index];
        }
        else
        {
            int at = arguments.Keyword.ToList().FindIndex(k => k.Key == name);
            if (at < 0)
                throw new JinjaRuntimeError($"format key '{name}' not found");
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
                    throw new JinjaRuntimeError("Missing ']' in format string");
                string key = rest[1..(stop - 1)];
                value = Members.Item(
                    state, value,
                    long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : TaintedString.FromTemplate(key));
            }
            rest = rest[stop..];
        }
        return value;
    }
}

/// <summary>[[fill]align][sign][0][width][,][.precision][type] of Python's format mini-language, for str, int and float.</summary>
internal readonly record struct FormatSpec(char Fill, char Align, bool Plus, int Width, bool Comma, int? Precision, char Type)
{
    private const int MaxNumber = 1000;

    public static FormatSpec Percent(string f, ref int i)
    {
        (bool left, bool zero, bool plus) = (false, false, false);
        for (; i < f.Length && f[i] is '-' or '0' or '+' or ' ' or '#'; i++)
        {
            left |= f[i] == '-';
            zero |= f[i] == '0';
            plus |= f[i] == '+';
            if (f[i] is ' ' or '#')
                throw new JinjaRuntimeError($"the '{f[i]}' flag of % formatting is not supported");
        }
        int width = Number(f, ref i) ?? 0;
        int? precision = null;
        if (i < f.Length && f[i] == '.')
        {
            i++;
            precision = Number(f, ref i) ?? 0;
        }
        if (i >= f.Length)
            throw new JinjaRuntimeError("incomplete format");
        char type = f[i++];
        if (!"srdifFxX%".Contains(type, StringComparison.Ordinal))
            throw new JinjaRuntimeError($"format character '{type}' of % formatting is not supported");
        return new FormatSpec(
            zero && !left ? '0' : ' ', left ? '<' : zero ? '=' : '>', plus, width, false, precision, type == 'i' ? 'd' : type);
    }

    public static FormatSpec Braces(string s)
    {
        int i = 0;
        (char fill, char align) = (' ', '\0');
        if (s.Length > 1 && s[1] is '<' or '>' or '^' or '=')
            (fill, align, i) = (s[0], s[1], 2);
        else if (s.Length > 0 && s[0] is '<' or '>' or '^' or '=')
            (align, i) = (s[0], 1);
        bool plus = i < s.Length && s[i] == '+';
        if (plus)
            i++;
        if (i < s.Length && s[i] == '0' && align == '\0')
            (fill, align) = ('0', '=');
        int width = Number(s, ref i) ?? 0;
        bool comma = i < s.Length && s[i] == ',';
        if (comma)
            i++;
        int? precision = null;
        if (i < s.Length && s[i] == '.')
        {
            i++;
            precision = Number(s, ref i) ?? throw new JinjaRuntimeError("Format specifier missing precision");
        }
        char type = i < s.Length ? s[i++] : '\0';
        if (i < s.Length || (type != '\0' && !"sdfFxX%".Contains(type, StringComparison.Ordinal)))
            throw new JinjaRuntimeError($"format specification '{s}' is not supported");
        return new FormatSpec(fill, align, plus, width, comma, precision, type);
    }

    public TaintedString Apply(RenderState state, object? value)
    {
        bool number = PyNumber.IsNumber(value) && !(value is bool && Type is '\0' or 's');
        TaintedString text;
        if (Type is '\0' or 's' or 'r' && value is TaintedString t)
        {
            text = Precision is { } p && p < t.CodePoints ? t.Slice(0, PyText.Offset(t, p)) : t;
        }
        else if (number && Type != 's')
        {
            text = TaintedString.FromTemplate(Digits(value!));
        }
        else if (value is Undefined u)
        {
            throw new JinjaRuntimeError(u.Message);
        }
        else
        {
            if (Type is not ('\0' or 's'))
                throw new JinjaRuntimeError($"format '{Type}' needs a number, not {PyType.Name(value)}");
            text = PyRepr.Str(state, value);
        }
        TaintedString fill = TaintedString.FromTemplate(Fill.ToString());
        char align = Align != '\0' ? Align : number ? '>' : '<';
        if (align == '=' && number && text.Length > 0 && text.Value[0] is '-' or '+')
        {
            TaintedString digits = text.Slice(1, text.Length - 1);
            return PyText.Concat(state, text.Slice(0, 1), StringMethods.Pad(state, digits, "rjust", Width - 1, fill));
        }
        return StringMethods.Pad(state, text, align switch { '<' => "ljust", '^' => "middle", _ => "rjust" }, Width, fill);
    }

    private string Digits(object value)
    {
        string text;
        if (Type is 'x' or 'X')
        {
            long n = PyNumber.ToLong(value);
            text = (n < 0 ? "-" : "") + BigInteger.Abs(n).ToString(Type.ToString(), CultureInfo.InvariantCulture).TrimStart('0');
            text = text is "" or "-" ? "0" : text;
        }
        else if (Type is 'f' or 'F' or '%' || (Precision is not null && value is double && Type == '\0'))
        {
            if (Type == '\0')
                throw new JinjaRuntimeError("a precision without a type is not supported for floats; write for example .2f");
            double d = PyNumber.ToDouble(value) * (Type == '%' ? 100 : 1);
            text = d.ToString((Comma ? "N" : "F") + (Precision ?? 6), CultureInfo.InvariantCulture) + (Type == '%' ? "%" : "");
        }
        else if (Type == 'd' || value is not double)
        {
            long n = value is double d ? checked((long)d) : PyNumber.ToLong(value);
            text = n.ToString(Comma ? "N0" : "D", CultureInfo.InvariantCulture);
        }
        else
        {
            text = PyNumber.Format(value);
        }
        return Plus && text[0] != '-' ? "+" + text : text;
    }

    private static int? Number(string s, ref int i)
    {
        int start = i;
        while (i < s.Length && char.IsAsciiDigit(s[i]))
            i++;
        if (i == start)
            return null;
        return int.TryParse(s.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n <= MaxNumber
            ? n
            : throw new JinjaRuntimeError($"format width or precision above {MaxNumber}");
    }
}
