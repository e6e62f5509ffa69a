using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>Means and rounding as the published scorers compute them in Python and numpy, to the last bit.</summary>
public static class Rounded
{
    private const int Block = 128;

    /// <summary>numpy.mean of float64: pairwise summation (numpy/core/src/umath/loops_utils.h), then one division.</summary>
    public static double Mean(ReadOnlySpan<double> values) => Sum(values) / values.Length;

    /// <summary>
    /// round(x, decimals) of a numpy float64: x times the power of ten, to the nearest whole (half to even), divided again.
    /// </summary>
    public static double Numpy(double value, int decimals)
    {
        double power = Math.Pow(10, decimals);
        return Math.Round(value * power, MidpointRounding.ToEven) / power;
    }

    /// <summary>"{:.Nf}".format(x) and round(x, N) of a Python float: the exact binary value is rounded, a tie to even.</summary>
    /// <param name="value">Below 10^7 in size.</param>
    /// <param name="decimals">At most 10.</param>
    public static string Fixed(double value, int decimals)
    {
        // 20 decimals distinguish a tie, which is exact, from anything else: a float64 of this size comes no nearer than 1e-16.
        decimal exact = decimal.Parse(value.ToString("F20", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return decimal.Round(exact, decimals, MidpointRounding.ToEven)
            .ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>The number that <see cref="Fixed"/> writes.</summary>
    public static double Python(double value, int decimals) => double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);

    private static double Sum(ReadOnlySpan<double> values)
    {
        if (values.Length < 8)
        {
            double sum = 0;
            foreach (double value in values)
                sum += value;
            return sum;
        }

        if (values.Length > Block)
        {
            int half = values.Length / 2;
            half -= half % 8;
            return Sum(values[..half]) + Sum(values[half..]);
        }

        Span<double> lanes = stackalloc double[8];
        values[..8].CopyTo(lanes);
        int i = 8;
        for (; i < values.Length - (values.Length % 8); i += 8)
        {
            for (int lane = 0; lane < 8; lane++)
                lanes[lane] += values[i + lane];
        }

        double total = lanes[0] + lanes[1] + (lanes[2] + lanes[3]) + (lanes[4] + lanes[5] + (lanes[6] + lanes[7]));
        for (; i < values.Length; i++)
            total += values[i];
        return total;
    }
}

/// <summary>Texts that are written as a Python list: ['a', "b"].</summary>
internal static partial class PythonStrings
{
    /// <summary>The list's texts; other elements are skipped.</summary>
    public static IReadOnlyList<string> Of(string list) => [.. Literal().Matches(list).Select(m => Unescape(m.Value[1..^1]))];

    private static string Unescape(string body) => Escape().Replace(body, m => m.Value[1] switch
    {
        'n' => "\n",
        't' => "\t",
        char c and ('\\' or '\'' or '"') => c.ToString(),
        _ => m.Value,
    });

    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|""(?:[^""\\]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\\.", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
