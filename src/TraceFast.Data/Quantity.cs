using System.Globalization;

namespace TraceFast.Data;

/// <summary>The units of one kind of quantity, each with its factor.</summary>
public sealed record Quantity(string Example, params (string Unit, double Factor)[] Units)
{
    /// <summary>To seconds.</summary>
    public static Quantity Time { get; } = new("1.5us", ("s", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9));

    /// <summary>To bytes a second.</summary>
    public static Quantity Bandwidth { get; } = new(
        "12.5GB/s", ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12), ("Mbit/s", 1e6 / 8), ("Gbit/s", 1e9 / 8));

    /// <summary>To operations a second.</summary>
    public static Quantity Rate { get; } = new("400GFLOP/s", ("GFLOP/s", 1e9), ("TFLOP/s", 1e12), ("PFLOP/s", 1e15));

    /// <summary>To bytes.</summary>
    public static Quantity Size { get; } = new(
        "80GiB", ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1L << 40));

    /// <summary>A number above 0 with one of the units; null for any other text.</summary>
    public double? Read(string text)
    {
        foreach ((string unit, double factor) in Units)
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number * factor is > 0 and < double.PositiveInfinity)
                return number * factor;
        return null;
    }
}
