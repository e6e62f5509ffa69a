using System.Collections.Frozen;
using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

/// <summary>value | name(arguments)</summary>
internal delegate object? FilterFunction(RenderState state, object? value, Arguments arguments);

/// <summary>Filters by name. Each group has its own file and adds itself here.</summary>
internal static class Filter
{
    private static readonly FrozenDictionary<string, FilterFunction> s_table = new IEnumerable<KeyValuePair<string, FilterFunction>>[]
    {
        TextFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All, OrderFilters.All, ValueFilters.All,
    }.SelectMany(group => group).ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Exists(string name) => s_table.ContainsKey(name);

    public static FilterFunction Find(string name) =>
        s_table.TryGetValue(name, out FilterFunction? filter) ? filter : throw new JinjaRuntimeError($"No filter named '{name}'.");
}

/// <summary>default, tojson, attr</summary>
internal static class ValueFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["attr"] = (s, v, a) => Attribute(s, v, a),
    };

    private static object? Default(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("default", ("default_value", TaintedString.Empty), ("boolean", false));
        return value is Undefined || (PyCompare.IsTrue(bound[1]) && !PyCompare.IsTrue(value)) ? bound[0] : value;
    }

    // transformers' own tojson: json.dumps(x, ensure_ascii, indent, separators, sort_keys), no HTML escaping
    private static object ToJson(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "tojson", ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false));
        TaintedString? indent = bound[1] switch
        {
            null => null,
            TaintedString text => text,
            _ => PyText.Repeat(state, TaintedString.FromTemplate(" "), PyType.Integer(bound[1], "indent")),
        };
        (TaintedString item, TaintedString key) = (TaintedString.FromTemplate(indent is null ? ", " : ","),
            TaintedString.FromTemplate(": "));
        if (bound[2] is IJinjaSequence { Count: 2 } separators)
            (item, key) = (PyType.Text(separators[0], "separators"), PyType.Text(separators[1], "separators"));
        else if (bound[2] is not null)
            throw new JinjaRuntimeError("separators must be a pair of strings");
        return new PyJson(state, PyCompare.IsTrue(bound[0]), indent, item, key, PyCompare.IsTrue(bound[3])).Dump(value);
    }

    private static object? Attribute(RenderState state, object? value, Arguments arguments)
    {
        string name = PyType.Text(arguments.Bind("attr", ("name", Arguments.Required))[0], "name").Value;
        if (value is JinjaDict dict && ContainerMethods.Find(dict, name) is null)
            return new Undefined($"'dict object' has no attribute '{name}'");
        return Members.Attribute(state, value, name);
    }
}

/// <summary>Filters on strings; another value is printed to a string first, as jinja2's soft_str.</summary>
internal static class TextFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["trim"] = Trim,
        ["upper"] = (s, v, a) => Alike("upper", s, v, a, text => CaseMapping.Upper(s, text)),
        ["lower"] = (s, v, a) => Alike("lower", s, v, a, text => CaseMapping.Lower(s, text)),
        ["capitalize"] = (s, v, a) => Alike("capitalize", s, v, a, text => CaseMapping.Capitalize(s, text)),
        ["title"] = (s, v, a) => Plain("title", a, () => Title(s, PyRepr.Str(s, v))),
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = Center,
        ["truncate"] = Truncate,
        ["wordcount"] = (s, v, a) => WordCount(s, PyRepr.Str(s, v), a),
        ["format"] = Format,
        ["escape"] = Escape,
        ["e"] = Escape,
        ["safe"] = (s, v, a) => Plain("safe", a, () => PyRepr.Str(s, v).AsSafe()),
        ["string"] = (s, v, a) => Plain("string", a, () => PyRepr.Str(s, v)),
    };

    private static TaintedString Plain(string name, Arguments arguments, Func<TaintedString> filter)
    {
        arguments.Bind(name);
        return filter();
    }

    /// <summary>What is done to Markup gives Markup.</summary>
    private static TaintedString Alike(
        string name, RenderState state, object? value, Arguments arguments, Func<TaintedString, TaintedString> change)
    {
        arguments.Bind(name);
        TaintedString text = PyRepr.Str(state, value);
        return change(text).AsSafe(text.IsSafe);
    }

    private static object Center(RenderState state, object? value, Arguments arguments)
    {
        TaintedString text = PyRepr.Str(state, value);
        return StringMethods.Pad(
            state, text, "center", PyType.Integer(arguments.Bind("center", ("width", 80L))[0], "width"), TaintedString.FromTemplate(" "))
            .AsSafe(text.IsSafe);
    }

    private static object? Trim(RenderState state, object? value, Arguments arguments)
    {
        object? characters = arguments.Bind("trim", ("chars", null))[0];
        return PyText.Strip(
            state, PyRepr.Str(state, value), characters is null ? null : PyType.Text(characters, "chars"), left: true, right: true);
    }

    // Words begin after white space and - ( { [ <, unlike str.title.
    private static TaintedString Title(RenderState state, TaintedString text)
    {
        List<TaintedString> result = new();
        static bool IsBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || PyText.IsSpace(c);
        for (int i = 0; i < text.Length;)
        {
            int end = i + 1;
            while (end < text.Length && IsBreak(text.Value[end]) == IsBreak(text.Value[i]))
                end++;
            TaintedString run = text.Slice(i, end - i);
            int first = PyText.WidthAt(run.Value, 0);
            result.Add(CaseMapping.Upper(state, run.Slice(0, first)));
            result.Add(CaseMapping.Lower(state, run.Slice(first, run.Length - first)));
            i = end;
        }
        return PyText.Join(state, TaintedString.Empty, result);
    }

    private static object? Replace(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", ("old", Arguments.Required), ("new", Arguments.Required), ("count", null));
        return PyText.Replace(
            state, PyRepr.Str(state, value), PyRepr.Str(state, bound[0]), PyRepr.Str(state, bound[1]),
            bound[2] is null ? -1 : PyType.Integer(bound[2], "count")).AsSafe(false);
    }

    private static object? Indent(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("indent", ("width", 4L), ("first", false), ("blank", false));
        TaintedString indention = bound[0] as TaintedString
            ?? PyText.Repeat(state, TaintedString.FromTemplate(" "), PyType.Integer(bound[0], "width"));
        TaintedString newline = TaintedString.FromTemplate("\n");
        // jinja2 adds the newline so that a trailing one in the text keeps its empty line.
        TaintedString text = PyType.Text(value, "indent's value");
        List<TaintedString> lines = PyText.SplitLines(state, PyText.Concat(state, text, newline));
        for (int i = PyCompare.IsTrue(bound[1]) ? 0 : 1; i < lines.Count; i++)
            if (i == 0 || lines[i].Length > 0 || PyCompare.IsTrue(bound[2]))
                lines[i] = PyText.Concat(state, indention, lines[i]);
        return PyText.Join(state, newline, lines).AsSafe(text.IsSafe);
    }

    private static object? Truncate(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind(
            "truncate", ("length", 255L), ("killwords", false), ("end", TaintedString.FromTemplate("...")), ("leeway", null));
        TaintedString text = PyType.Text(value, "truncate's value");
        TaintedString end = PyType.Text(bound[2], "end");
        long length = PyType.Integer(bound[0], "length");
        long leeway = bound[3] is null ? 5 : PyType.Integer(bound[3], "leeway");
        if (length < end.CodePoints)
            throw new JinjaRuntimeError($"expected length >= {end.CodePoints}, got {length}");
        if (text.CodePoints <= length + leeway)
            return text;
        TaintedString cut = (TaintedString)PySlice.Slice(state, text, 0, length - end.CodePoints, null);
        if (!PyCompare.IsTrue(bound[1]) && cut.Value.LastIndexOf(' ') is >= 0 and int space)
            cut = cut.Slice(0, space);
        return text.IsSafe ? PyText.Concat(state, cut, PyText.Escape(state, end)).AsSafe() : PyText.Concat(state, cut, end);
    }

    private static object WordCount(RenderState state, TaintedString text, Arguments arguments)
    {
        arguments.Bind("wordcount");
        state.ChargeScan(text.Length);
        long words = 0;
        bool inside = false;
        foreach (char c in text.Value)
        {
            bool word = char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
            words += word && !inside ? 1 : 0;
            inside = word;
        }
        return words;
    }

    private static object? Format(RenderState state, object? value, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Keyword.Count > 0)
            throw new JinjaRuntimeError("can't handle positional and keyword arguments at the same time");
        object values = new JinjaTuple(arguments.Positional);
        if (arguments.Keyword.Count > 0)
        {
            JinjaDict dict = new();
            foreach ((string name, object? entry) in arguments.Keyword)
                dict.Set(TaintedString.FromTemplate(name), entry);
            values = dict;
        }
        return TextFormat.Percent(state, PyRepr.Str(state, value), values);
    }

    // markupsafe.escape
    private static object? Escape(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("escape");
        return PyText.Escape(state, PyRepr.Str(state, value));
    }
}

/// <summary>abs, int, float, round, sum</summary>
internal static class NumberFilters
{
    public static Dictionary<string, FilterFunction> All { get; } = new()
    {
        ["abs"] = Abs,
        ["int"] = Int,
        ["float"] = Float,
        ["round"] = Round,
        ["sum"] = Sum,
    };

    private static object Abs(RenderState state, object? value, Arguments arguments)
    {
        arguments.Bind("abs");
        return value switch
        {
            long i when i != long.MinValue => (object)Math.Abs(i),
            double d => Math.Abs(d),
            bool b => b ? 1L : 0L,
            Undefined u => throw new JinjaRuntimeError(u.Message),
            _ => throw new JinjaRuntimeError($"bad operand type for abs(): '{PyType.Name(value)}'"),
        };
    }

    private static object? Int(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("int", ("default", 0L), ("base", 10L));
        long radix = PyType.Integer(bound[1], "base");
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        double? real = value switch
        {
            long or bool => null,
            double d => d,
            TaintedString t => ParseDouble(t.Value),
            _ => double.NaN,
        };
        if (value is long or bool)
            return PyNumber.ToLong(value);
        if (value is TaintedString text && ParseLong(text.Value, radix) is { } integer)
            return integer;
        if (real is not { } r || double.IsNaN(r) || double.IsInfinity(r))
            return bound[0];
        return Math.Abs(r) < 9.2e18 ? (long)r : throw new JinjaRuntimeError($"{PyNumber.Format(r)} does not fit in 64 bits");
    }

    private static object? Float(RenderState state, object? value, Arguments arguments)
    {
        object? otherwise = arguments.Bind("float", ("default", 0.0))[0];
        return value switch
        {
            long or double or bool => PyNumber.ToDouble(value),
            TaintedString text => ParseDouble(text.Value) is { } d ? d : otherwise,
            Undefined u => throw new JinjaRuntimeError(u.Message),
            _ => otherwise,
        };
    }

    private static object Round(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("round", ("precision", 0L), ("method", TaintedString.FromTemplate("common")));
        string method = PyType.Text(bound[1], "method").Value;
        long precision = PyType.Integer(bound[0], "precision");
        if (method is not ("common" or "ceil" or "floor"))
            throw new JinjaRuntimeError("method must be common, ceil or floor");
        if (value is Undefined u)
            throw new JinjaRuntimeError(u.Message);
        if (!PyNumber.IsNumber(value))
            throw new JinjaRuntimeError($"type {PyType.Name(value)} doesn't define __round__ method");
        if (precision is < -300 or > 300)
            throw new JinjaRuntimeError($"round precision {precision} is out of range");
        double scale = Math.Pow(10, precision);
        double d = PyNumber.ToDouble(value!);
        if (method != "common")
            return (method == "ceil" ? Math.Ceiling(d * scale) : Math.Floor(d * scale)) / scale;
        if (value is not double)
        {
            long n = PyNumber.ToLong(value!);
            if (precision >= 0)
                return n;
            return precision <= -18
                ? 0L : (long)(Math.Round((decimal)n / (decimal)Math.Pow(10, -precision), MidpointRounding.ToEven)
                    * (decimal)Math.Pow(10, -precision));
        }
        // The correctly rounded decimal of the double's exact value, ties to even, as CPython's round.
        return precision >= 0
            ? double.Parse(d.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : Math.Round(d * scale, MidpointRounding.ToEven) / scale;
    }

    private static object Sum(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sum", ("attribute", null), ("start", 0L));
        object total = bound[1]!;
        foreach (object? item in PyType.Iterate(state, value))
        {
            state.Step();
            object? term = AttributePath.Parse(bound[0]).Get(state, item);
            if (!PyNumber.IsNumber(total) || !PyNumber.IsNumber(term))
                throw new JinjaRuntimeError($"unsupported operand type(s) for +: '{PyType.Name(total)}' and '{PyType.Name(term)}'");
            total = PyNumber.Arithmetic("+", total, term!);
        }
        return total;
    }

    private static double? ParseDouble(string text)
    {
        string trimmed = text.Trim().Replace("_", "", StringComparison.Ordinal);
        switch (trimmed.TrimStart('+', '-').ToUpperInvariant())
        {
            case "INF" or "INFINITY":
                return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "NAN":
                return double.NaN;
        }
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(trimmed, style, CultureInfo.InvariantCulture, out double d) ? d : null;
    }

    private static long? ParseLong(string text, long radix)
    {
        string digits = text.Trim().Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        bool negative = digits.StartsWith('-');
        digits = digits.TrimStart('+', '-');
        string prefix = radix switch { 16 => "0X", 8 => "0O", 2 => "0B", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.Ordinal))
            digits = digits[2..];
        if (digits.Length == 0)
            return null;
        Int128 value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : c is >= 'A' and <= 'Z' ? c - 'A' + 10 : int.MaxValue;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
            if (value > long.MaxValue)
                throw new JinjaRuntimeError($"{text} does not fit in 64 bits");
        }
        return (long)(negative ? -value : value);
    }
}
