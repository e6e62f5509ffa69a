using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

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
            Undefined u => throw new JinjaFault(u.Message),
            _ => throw new JinjaFault($"bad operand type for abs(): '{PyType.Name(value)}'"),
        };
    }

    private static object? Int(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("int", ("default", 0L), ("base", 10L));
        long radix = PyType.Integer(bound[1], "base");
        if (value is Undefined u)
            throw new JinjaFault(u.Message);
        double? real = value switch
        {
            long or bool => null,
            double d => d,
            MarkedText t => ParseDouble(t.Value),
            _ => double.NaN,
        };
        if (value is long or bool)
            return PyNumber.ToLong(value);
        if (value is MarkedText text && ParseLong(text.Value, radix) is { } integer)
            return integer;
        if (real is not { } r || double.IsNaN(r) || double.IsInfinity(r))
            return bound[0];
        return Math.Abs(r) < 9.2e18 ? (long)r : throw new JinjaFault($"{PyNumber.Format(r)} does not fit in 64 bits");
    }

    private static object? Float(RenderState state, object? value, Arguments arguments)
    {
        object? otherwise = arguments.Bind("float", ("default", 0.0))[0];
        return value switch
        {
            long or double or bool => PyNumber.ToDouble(value),
            MarkedText text => ParseDouble(text.Value) is { } d ? d : otherwise,
            Undefined u => throw new JinjaFault(u.Message),
            _ => otherwise,
        };
    }

    private static object Round(RenderState state, object? value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("round", ("precision", 0L), ("method", MarkedText.FromTemplate("common")));
        string method = PyType.Text(bound[1], "method").Value;
        long precision = PyType.Integer(bound[0], "precision");
        if (method is not ("common" or "ceil" or "floor"))
            throw new JinjaFault("method must be common, ceil or floor");
        if (value is Undefined u)
            throw new JinjaFault(u.Message);
        if (!PyNumber.IsNumber(value))
            throw new JinjaFault($"type {PyType.Name(value)} doesn't define __round__ method");
        if (precision is < -300 or > 300)
            throw new JinjaFault($"round precision {precision} is out of range");
        double scale = Math.Pow(10, precision);
        double d = PyNumber.ToDouble(value!);
        if (method != "common")
            return (method == "ceil" ? Math.Ceiling(d * scale) : Math.Floor(d * scale)) / scale;
        if (value is not double)
        {
            long n = PyNumber.ToLong(value!);
            if (precision >= 0)
                return n;
            return precision <= -18 ? 0L : (long)(Math.Round((decimal)n / (decimal)Math.Pow(10, -precision), MidpointRounding.ToEven) * (decimal)Math.Pow(10, -precision));
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
                throw new JinjaFault($"unsupported operand type(s) for +: '{PyType.Name(total)}' and '{PyType.Name(term)}'");
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
                throw new JinjaFault($"{text} does not fit in 64 bits");
        }
        return (long)(negative ? -value : value);
    }
}
