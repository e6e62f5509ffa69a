using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>a + b, a - b, a * b, a % b; the value is the sign that templates write.</summary>
internal enum ArithmeticOperator
{
    Add = '+',
    Subtract = '-',
    Multiply = '*',
    Remainder = '%',
}

/// <summary>==, !=, &lt;, &lt;=, &gt;, &gt;=, in, not in</summary>
internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

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
        _ => throw new JinjaRuntimeError($"'{PyType.Name(value)}' is not a number"),
    };

    public static long ToLong(object value) => value switch
    {
        long i => i,
        bool b => b ? 1 : 0,
        _ => throw new JinjaRuntimeError($"'{PyType.Name(value)}' is not an integer"),
    };

    public static object Arithmetic(ArithmeticOperator op, object a, object b)
    {
        if (a is double || b is double)
            return Floating(op, ToDouble(a), ToDouble(b));
        try
        {
            return Integral(op, ToLong(a), ToLong(b));
        }
        catch (OverflowException)
        {
            throw new JinjaRuntimeError($"the result of {Format(a)} {(char)op} {Format(b)} does not fit in 64 bits");
        }
    }

    public static object Negate(object value) => value is double d ? (object)-d : checked(-ToLong(value));

    private static double Floating(ArithmeticOperator op, double a, double b) => op switch
    {
        ArithmeticOperator.Add => a + b,
        ArithmeticOperator.Subtract => a - b,
        ArithmeticOperator.Multiply => a * b,
        _ when b == 0 => throw new JinjaRuntimeError("float modulo by zero"),
        _ => a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest,
    };

    private static long Integral(ArithmeticOperator op, long a, long b) => op switch
    {
        ArithmeticOperator.Add => checked(a + b),
        ArithmeticOperator.Subtract => checked(a - b),
        ArithmeticOperator.Multiply => checked(a * b),
        _ when b == 0 => throw new JinjaRuntimeError("integer division or modulo by zero"),
        _ when b == -1 => 0,
        // The result has the sign of the divisor.
        _ => a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest,
    };

    /// <summary>repr(): ints in full, floats with the fewest digits that read back the same.</summary>
    public static string Format(object value) => value switch
    {
        bool b => b ? "True" : "False",
        long i => i.ToString(CultureInfo.InvariantCulture),
        double d => FormatFloat(d),
        _ => throw new JinjaRuntimeError($"'{PyType.Name(value)}' is not a number"),
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
        StringBuilder text = new();
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

/// <summary>Python's truth, equality, ordering and membership.</summary>
internal static class PyCompare
{
    private const int MaxDepth = 200;
    private const int MaxKeyParts = 64;

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        long i => i != 0,
        double d => d != 0,
        TaintedString t => t.Length > 0,
        IJinjaSized s => s.Count > 0,
        _ => true,
    };

    /// <param name="state">charged for each compared value; null only for dict keys, whose size is bounded</param>
    public static bool AreEqual(RenderState? state, object? a, object? b) => AreEqual(state, a, b, 0);

    private static bool AreEqual(RenderState? state, object? a, object? b, int depth)
    {
        state?.Step();
        if (depth > MaxDepth)
            throw new JinjaRuntimeError($"values nested deeper than {MaxDepth} cannot be compared");
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!) == 0;
        switch (a, b)
        {
            case (TaintedString x, TaintedString y):
                state?.ChargeScan(Math.Min(x.Length, y.Length));
                return x.Equals(y);
            case (Undefined, Undefined):
                return true;
            case (JinjaList, JinjaList):
            case (JinjaTuple, JinjaTuple):
            case (JinjaRange, JinjaRange):
                (IJinjaSequence? s, IJinjaSequence? t) = ((IJinjaSequence)a, (IJinjaSequence)b);
                if (s.Count != t.Count)
                    return false;
                for (int i = 0; i < s.Count; i++)
                    if (!AreEqual(state, s[i], t[i], depth + 1))
                        return false;
                return true;
            case (JinjaDict x, JinjaDict y):
                return x.Count == y.Count
                    && x.Entries.All(e => y.TryGet(e.Key, out object? value) && AreEqual(state, e.Value, value, depth + 1));
            default:
                return ReferenceEquals(a, b);
        }
    }

    /// <summary>
    /// A dict key's hash: equal values have equal hashes; lists and dicts are unhashable as in Python; a tuple has few parts.
    /// </summary>
    public static int KeyHash(object? value)
    {
        int parts = 0;
        return Hash(value, ref parts);
    }

    public static bool IsHashable(object? key) => key switch
    {
        JinjaList or JinjaDict => false,
        JinjaTuple tuple => tuple.Iterate().Take(MaxKeyParts).All(IsHashable),
        _ => true,
    };

    private static int Hash(object? value, ref int parts)
    {
        if (++parts > MaxKeyParts)
            throw new JinjaRuntimeError($"a dict key of more than {MaxKeyParts} parts is not supported");
        switch (value)
        {
            case null:
                return 0;
            case Undefined:
                return 1;
            case bool or long or double:
                return PyNumber.ToDouble(value).GetHashCode();
            case TaintedString text:
                return text.GetHashCode();
            case JinjaTuple tuple:
                int hash = 17;
                foreach (object? item in tuple.Iterate())
                    hash = HashCode.Combine(hash, Hash(item, ref parts));
                return hash;
            case JinjaList or JinjaDict:
                throw new JinjaRuntimeError($"unhashable type: '{PyType.Name(value)}'");
            default:
                return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value);
        }
    }

    /// <summary>a &lt; b: -1, a == b: 0, a &gt; b: 1; an error where Python has no order. NaN gives null (no comparison holds).</summary>
    public static int? Order(RenderState state, object? a, object? b, ComparisonOperator op) => Order(state, a, b, op, 0);

    private static int? Order(RenderState state, object? a, object? b, ComparisonOperator op, int depth)
    {
        if (depth > MaxDepth)
            throw new JinjaRuntimeError($"values nested deeper than {MaxDepth} cannot be compared");
        state.Step();
        if (PyNumber.IsNumber(a) && PyNumber.IsNumber(b))
            return PyNumber.Compare(a!, b!);
        if (a is Undefined ua)
            throw new JinjaRuntimeError(ua.Message);
        if (b is Undefined ub)
            throw new JinjaRuntimeError(ub.Message);
        if (a is TaintedString x && b is TaintedString y)
        {
            state.ChargeScan(Math.Min(x.Length, y.Length));
            return Math.Sign(PyText.CompareCodePoints(x.Value, y.Value));
        }
        if ((a is JinjaList && b is JinjaList) || (a is JinjaTuple && b is JinjaTuple))
        {
            (IJinjaSequence? s, IJinjaSequence? t) = ((IJinjaSequence)a, (IJinjaSequence)b);
            for (int i = 0; i < Math.Min(s.Count, t.Count); i++)
                if (!AreEqual(state, s[i], t[i]))
                    return Order(state, s[i], t[i], op, depth + 1);
            return s.Count.CompareTo(t.Count);
        }
        string symbol = op switch
        {
            ComparisonOperator.Less => "<",
            ComparisonOperator.LessOrEqual => "<=",
            ComparisonOperator.Greater => ">",
            _ => ">=",
        };
        throw new JinjaRuntimeError(
            $"'{symbol}' not supported between instances of '{PyType.Name(a)}' and '{PyType.Name(b)}'");
    }

    /// <summary>The order that sorting goes by; NaN is level with everything.</summary>
    public static int InOrder(RenderState state, object? a, object? b) => Order(state, a, b, ComparisonOperator.Less) ?? 0;

    public static bool Contains(RenderState state, object? container, object? item)
    {
        switch (container)
        {
            case TaintedString text:
                if (item is not TaintedString part)
                    throw new JinjaRuntimeError($"'in <string>' requires string as left operand, not {PyType.Name(item)}");
                state.ChargeScan(text.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case JinjaDict dict:
                return dict.TryGet(item, out _);
            case IJinjaIterable items:
                foreach (object? candidate in items.Iterate())
                {
                    if (AreEqual(state, candidate, item))
                        return true;
                }
                return false;
            default:
                throw new JinjaRuntimeError($"argument of type '{PyType.Name(container)}' is not iterable");
        }
    }
}
