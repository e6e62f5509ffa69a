using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Functions that every template can call: jinja2's own and transformers' raise_exception and strftime_now.</summary>
internal static class Globals
{
    public static IEnumerable<KeyValuePair<string, object?>> All { get; } = new IJinjaCallable[]
    {
        new JinjaFunction("range", Range),
        new JinjaFunction("dict", Dict),
        new JinjaFunction("namespace", Namespace),
        new JinjaFunction("raise_exception", RaiseException),
        new JinjaFunction("strftime_now", (state, arguments) => TaintedString.FromTemplate(Strftime.Format(
            state.Now, PyType.Text(arguments.Bind("strftime_now", ("format", Arguments.Required))[0], "format").Value))),
    }.Select(f => KeyValuePair.Create(f.Name, (object?)f)).ToArray();

    private static JinjaRange Range(RenderState state, Arguments arguments)
    {
        if (arguments.Keyword.Count > 0)
            throw new JinjaRuntimeError("range() takes no keyword arguments");
        long[] bounds = [.. arguments.Positional.Select(v => PyType.Integer(v, "range's argument"))];
        return bounds.Length switch
        {
            1 => new JinjaRange(0, bounds[0], 1),
            2 => new JinjaRange(bounds[0], bounds[1], 1),
            3 => new JinjaRange(bounds[0], bounds[1], bounds[2]),
            _ => throw new JinjaRuntimeError($"range expected 1 to 3 arguments, got {bounds.Length}"),
        };
    }

    // Entries of a dict or of a sequence of pairs, then the keywords.
    private static IEnumerable<(object? Key, object? Value)> Entries(RenderState state, string function, Arguments arguments)
    {
        if (arguments.Positional.Count > 1)
            throw new JinjaRuntimeError($"{function} expected at most 1 argument, got {arguments.Positional.Count}");
        if (arguments.Positional.Count == 1 && arguments.Positional[0] is JinjaDict source)
        {
            foreach ((object? key, object? value) in source.Entries)
                yield return (key, value);
        }
        else if (arguments.Positional.Count == 1)
        {
            foreach (object? pair in PyType.Iterate(state, arguments.Positional[0]))
            {
                List<object?> items = PyType.ToList(state, pair);
                if (items.Count != 2)
                    throw new JinjaRuntimeError($"{function} update sequence element has length {items.Count}; 2 is required");
                yield return (items[0], items[1]);
            }
        }
        foreach ((string key, object? value) in arguments.Keyword)
            yield return (TaintedString.FromTemplate(key), value);
    }

    private static JinjaDict Dict(RenderState state, Arguments arguments)
    {
        JinjaDict dict = new();
        foreach ((object? key, object? value) in Entries(state, "dict", arguments))
        {
            state.ChargeItems(1);
            dict.Set(key, value);
        }
        return dict;
    }

    private static JinjaNamespace Namespace(RenderState state, Arguments arguments)
    {
        JinjaNamespace ns = new();
        foreach ((object? key, object? value) in Entries(state, "namespace", arguments))
        {
            state.ChargeItems(1);
            ns.Set(PyType.Text(key, "a namespace's attribute").Value, value);
        }
        return ns;
    }

    private static object RaiseException(RenderState state, Arguments arguments)
    {
        object? message = arguments.Bind("raise_exception", ("message", Arguments.Required))[0];
        throw new JinjaRuntimeError(PyRepr.Str(state, message).Value, raisedByTemplate: true);
    }
}

/// <summary>datetime.strftime in the C locale; glibc's '-' (no padding) works for numbers.</summary>
internal static class Strftime
{
    public static string Format(DateTime time, string format)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            if (++i >= format.Length)
                throw new JinjaRuntimeError("strftime_now: the format ends with %");
            bool unpadded = format[i] == '-' && i + 1 < format.Length;
            if (unpadded)
                i++;
            string field = Field(time, format[i]);
            text.Append(unpadded ? Unpad(field) : field);
        }
        return text.ToString();
    }

    private static string Unpad(string field) => field.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0";

    private static string Field(DateTime t, char directive)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        return directive switch
        {
            'Y' => t.ToString("yyyy", c),
            'y' => t.ToString("yy", c),
            'C' => (t.Year / 100).ToString("00", c),
            'm' => t.ToString("MM", c),
            'B' => t.ToString("MMMM", c),
            'b' or 'h' => t.ToString("MMM", c),
            'd' => t.ToString("dd", c),
            'e' => t.Day.ToString(c).PadLeft(2),
            'H' => t.ToString("HH", c),
            'I' => t.ToString("hh", c),
            'M' => t.ToString("mm", c),
            'S' => t.ToString("ss", c),
            'f' => t.ToString("ffffff", c),
            'p' => t.Hour < 12 ? "AM" : "PM",
            'A' => t.ToString("dddd", c),
            'a' => t.ToString("ddd", c),
            'u' => (t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek).ToString(c),
            'w' => ((int)t.DayOfWeek).ToString(c),
            'j' => t.DayOfYear.ToString("000", c),
            'U' => ((t.DayOfYear + 6 - (int)t.DayOfWeek) / 7).ToString("00", c),
            'W' => ((t.DayOfYear + 6 - ((int)t.DayOfWeek + 6) % 7) / 7).ToString("00", c),
            'V' => ISOWeek.GetWeekOfYear(t).ToString("00", c),
            'G' => ISOWeek.GetYear(t).ToString("0000", c),
            'F' => t.ToString("yyyy-MM-dd", c),
            'D' or 'x' => t.ToString("MM/dd/yy", c),
            'T' or 'X' => t.ToString("HH:mm:ss", c),
            'R' => t.ToString("HH:mm", c),
            'c' => t.ToString("ddd MMM", c) + " " + t.Day.ToString(c).PadLeft(2) + t.ToString(" HH:mm:ss yyyy", c),
            'Z' or 'z' => "",
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => throw new JinjaRuntimeError($"strftime_now: directive '%{directive}' is not supported"),
        };
    }
}
