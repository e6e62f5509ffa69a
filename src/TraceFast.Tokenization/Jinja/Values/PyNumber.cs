using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Python's arithmetic on int (64 bits here; leaving them is an error), float and bool.</summary>
internal static class PyNumber
{
    public static bool IsNumber(object? value) => value is long or double or bool;

    public static int? Compare(object a, object b)
    {
        if (a is double || b is double)
        {
            (double x, double y) = (ToDouble(a), ToDouble(b));
            return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
        }
        return ToLong(a).CompareTo(ToLong(b));
    }

    public static double ToDouble(object value) => value switch
    {
        double d => d,
        long i => i,
        bool b => b ? 1 : 0,
        _ => throw new JinjaFault($"'{PyType.Name(value)}' is not a number"),
    };

    public static long ToLong(object value) => value switch
    {
        long i => i,
        bool b => b ? 1 : 0,
        _ => throw new JinjaFault($"'{PyType.Name(value)}' is not an integer"),
    };

    public static object Arithmetic(string op, object a, object b)
    {
        try
        {
            return a is double || b is double || op == "/"
                ? Floating(op, ToDouble(a), ToDouble(b))
                : Integral(op, ToLong(a), ToLong(b));
        }
        catch (OverflowException)
        {
            throw new JinjaFault($"the result of {Format(a)} {op} {Format(b)} does not fit in 64 bits");
        }
    }

    public static object Negate(object value) => value is double d ? (object)-d : checked(-ToLong(value));

    private static object Floating(string op, double a, double b)
    {
        if (b == 0 && op is ("/" or "//" or "%"))
            throw new JinjaFault(op == "%" ? "float modulo by zero" : "division by zero");
        return op switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => FloorDivide(a, b),
            "%" => Modulo(a, b),
            "**" => Math.Pow(a, b),
            _ => throw new JinjaFault($"unknown operator '{op}'"),
        };
    }

    // The result has the sign of the divisor.
    private static double Modulo(double a, double b)
    {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }

    // As CPython: the quotient of the exact multiple, so that rounding of a / b cannot step over an integer.
    private static double FloorDivide(double a, double b)
    {
        double quotient = (a - Modulo(a, b)) / b;
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static object Integral(string op, long a, long b)
    {
        if (b == 0 && op is ("//" or "%"))
            throw new JinjaFault("integer division or modulo by zero");
        checked
        {
            switch (op)
            {
                case "+":
                    return a + b;
                case "-":
                    return a - b;
                case "*":
                    return a * b;
                case "//":
                    long q = a / b;
                    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
                case "%":
                    long r = b == -1 ? 0 : a % b;
                    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
                case "**":
                    return b < 0 ? (object)Math.Pow(a, b) : Power(a, b);
                default:
                    throw new JinjaFault($"unknown operator '{op}'");
            }
        }
    }

    private static long Power(long a, long b)
    {
        long result = 1;
        for (long bit = b, square = a; bit > 0;)
        {
            if ((bit & 1) == 1)
                result = checked(result * square);
            bit >>= 1;
            if (bit > 0)
                square = checked(square * square);
        }
        return result;
    }

    /// <summary>repr(): ints in full, floats with the fewest digits that read back the same.</summary>
    public static string Format(object value) => value switch
    {
        bool b => b ? "True" : "False",
        long i => i.ToString(CultureInfo.InvariantCulture),
        double d => FormatFloat(d),
        _ => throw new JinjaFault($"'{PyType.Name(value)}' is not a number"),
    };

    private static string FormatFloat(double d)
    {
        if (double.IsNaN(d))
            return "nan";
        if (double.IsInfinity(d))
            return d > 0 ? "inf" : "-inf";
        if (d == 0)
            return double.IsNegative(d) ? "-0.0" : "0.0";
        // .NET's round-trip digits, laid out by Python's rule: an exponent below 1e-4 and from 1e16 on.
        string r = Math.Abs(d).ToString("R", CultureInfo.InvariantCulture);
        int e = r.IndexOf('E', StringComparison.Ordinal);
        string mantissa = e < 0 ? r : r[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string all = mantissa.Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0').TrimEnd('0');
        int exponent = (point < 0 ? mantissa.Length : point) - 1 - (all.Length - all.TrimStart('0').Length)
            + (e < 0 ? 0 : int.Parse(r.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        var text = new StringBuilder();
        if (double.IsNegative(d))
            text.Append('-');
        if (exponent is < -4 or >= 16)
        {
            text.Append(digits[0]);
            if (digits.Length > 1)
                text.Append('.').Append(digits, 1, digits.Length - 1);
            text.Append(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }
        else if (exponent < 0)
        {
            text.Append("0.").Append('0', -exponent - 1).Append(digits);
        }
        else if (digits.Length <= exponent + 1)
        {
            text.Append(digits).Append('0', exponent + 1 - digits.Length).Append(".0");
        }
        else
        {
            text.Append(digits, 0, exponent + 1).Append('.').Append(digits, exponent + 1, digits.Length - exponent - 1);
        }
        return text.ToString();
    }
}
