using System.Globalization;
using System.Numerics;

namespace TraceFast.Tokenization.Jinja;

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
                throw new JinjaFault($"the '{f[i]}' flag of % formatting is not supported");
        }
        int width = Number(f, ref i) ?? 0;
        int? precision = null;
        if (i < f.Length && f[i] == '.')
        {
            i++;
            precision = Number(f, ref i) ?? 0;
        }
        if (i >= f.Length)
            throw new JinjaFault("incomplete format");
        char type = f[i++];
        if (!"srdifFxX%".Contains(type, StringComparison.Ordinal))
            throw new JinjaFault($"format character '{type}' of % formatting is not supported");
        return new FormatSpec(zero && !left ? '0' : ' ', left ? '<' : zero ? '=' : '>', plus, width, false, precision, type == 'i' ? 'd' : type);
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
            precision = Number(s, ref i) ?? throw new JinjaFault("Format specifier missing precision");
        }
        char type = i < s.Length ? s[i++] : '\0';
        if (i < s.Length || (type != '\0' && !"sdfFxX%".Contains(type, StringComparison.Ordinal)))
            throw new JinjaFault($"format specification '{s}' is not supported");
        return new FormatSpec(fill, align, plus, width, comma, precision, type);
    }

    public MarkedText Apply(RenderState state, object? value)
    {
        bool number = PyNumber.IsNumber(value) && !(value is bool && Type is '\0' or 's');
        MarkedText text;
        if (Type is '\0' or 's' or 'r' && value is MarkedText t)
        {
            text = Precision is { } p && p < t.CodePoints ? t.Slice(0, PyText.Offset(t, p)) : t;
        }
        else if (number && Type != 's')
        {
            text = MarkedText.FromTemplate(Digits(value!));
        }
        else if (value is Undefined u)
        {
            throw new JinjaFault(u.Message);
        }
        else
        {
            if (Type is not ('\0' or 's'))
                throw new JinjaFault($"format '{Type}' needs a number, not {PyType.Name(value)}");
            text = PyRepr.Str(state, value);
        }
        MarkedText fill = MarkedText.FromTemplate(Fill.ToString());
        char align = Align != '\0' ? Align : number ? '>' : '<';
        if (align == '=' && number && text.Length > 0 && text.Value[0] is '-' or '+')
        {
            MarkedText digits = text.Slice(1, text.Length - 1);
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
                throw new JinjaFault("a precision without a type is not supported for floats; write for example .2f");
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
            : throw new JinjaFault($"format width or precision above {MaxNumber}");
    }
}
