using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>datetime.strftime in the C locale; glibc's '-' (no padding) works for numbers.</summary>
internal static class Strftime
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            if (++i >= format.Length)
                throw new JinjaFault("strftime_now: the format ends with %");
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
            _ => throw new JinjaFault($"strftime_now: directive '%{directive}' is not supported"),
        };
    }
}
