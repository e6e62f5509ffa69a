using System.Globalization;
using System.Runtime.CompilerServices;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Rows;

/// <summary>
/// Slows rows down by a known share, to find out which differences a comparison of two builds sees: TRACEFAST_BENCH_BURN=step=5,decode=2
/// computes for 5 % of the CPU time of each iteration of the step, and 2 % of decoding's, within the timed interval.
/// </summary>
internal sealed class Burn
{
    public const string Variable = "TRACEFAST_BENCH_BURN";

    private const double MostPercent = 1000;
    private const int TurnsBetweenLooks = 500; // about a microsecond

    private readonly Dictionary<string, double> _percent = [];

    private static ulong s_sink;

    /// <inheritdoc cref="Burn(string?)"/>
    public static Burn FromEnvironment() => new(Environment.GetEnvironmentVariable(Variable));

    /// <param name="text">The variable's value; null or empty: nothing is slowed down.</param>
    /// <exception cref="InputException">A row that there is not, or no percentage.</exception>
    public Burn(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        foreach (string entry in text.Split(','))
        {
            string[] sides = entry.Split('=');
            if (sides.Length != 2 || !BenchRow.Names.Contains(sides[0])
                || !double.TryParse(sides[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
                || !(percent <= MostPercent) || !_percent.TryAdd(sides[0], percent))
                throw new InputException(
                    $"{Variable}: found '{entry}', expected ROW=PERCENT,... with each row once ({string.Join(", ", BenchRow.Names)}) "
                        + $"and a number from 0 to {MostPercent}; unset it to measure as it is");
        }
    }

    /// <summary>What a row is slowed down by; null: nothing was asked for it.</summary>
    public double? Percent(string row) => _percent.TryGetValue(row, out double percent) ? percent : null;

    /// <summary>Computes until the process has run for <paramref name="percent"/> of the time since <paramref name="started"/> more.</summary>
    /// <param name="started">CPU time of the process at the start of what is slowed down.</param>
    public static void Spin(long started, double percent)
    {
        long now = ProcessClock.CpuNow, end = now + (long)((now - started) * percent / 100);
        while (ProcessClock.CpuNow < end)
            s_sink = Compute(s_sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Compute(ulong x)
    {
        for (int i = 0; i < TurnsBetweenLooks; i++)
            x = (x * 6364136223846793005) + 1442695040888963407;
        return x;
    }
}
