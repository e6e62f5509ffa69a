using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;

namespace TraceFast.Gate.Suites;

/// <summary>What a process of a command left: its output, and what the system says of it.</summary>
/// <param name="Folder">Of the checkout.</param>
/// <param name="Output">What it printed.</param>
/// <param name="CpuSeconds">User and system, its own children's included.</param>
/// <param name="PeakBytes">Largest resident memory of one process.</param>
public sealed record ProcessResult(string Folder, string Output, double CpuSeconds, double WallSeconds, long PeakBytes)
{
    /// <summary>By name, of the counters that were asked for: a count, or the system's error code below 0.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();
}

/// <summary>Where a figure is found.</summary>
public abstract record FigureSource
{
    /// <exception cref="FigureException">There is none, or it is no number above 0.</exception>
    public double Of(ProcessResult result)
    {
        double value = Find(result);
        return double.IsFinite(value) && value > 0 ? value
            : throw new FigureException(string.Create(CultureInfo.InvariantCulture, $"{this} is {value}; expected a number above 0"));
    }

    protected abstract double Find(ProcessResult result);

    protected static double Number(string text, FigureSource source) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw new FigureException($"{source} is '{text}'; expected a number");

    /// <summary>The end of an output, for messages.</summary>
    protected static string EndOf(string output)
    {
        const int Most = 200;
        string trimmed = output.Trim();
        return trimmed.Length == 0 ? "it printed nothing" : $"it printed '{(trimmed.Length <= Most ? trimmed : "..." + trimmed[^Most..])}'";
    }
}

/// <summary>There is no figure where one is expected.</summary>
public sealed class FigureException(string message) : Exception(message);

/// <summary>A member of the JSON object that is the output, or its last line: "a.b[2].c".</summary>
public sealed record JsonFigure(string Path) : FigureSource
{
    public override string ToString() => $"json {Path}";

    protected override double Find(ProcessResult result)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ObjectOf(result.Output));
            JsonElement at = document.RootElement;
            foreach (string part in Path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
                if (part[0] == '['
                    ? at.ValueKind == JsonValueKind.Array && int.TryParse(part[1..^1], CultureInfo.InvariantCulture, out int index)
                        && index < at.GetArrayLength()
                    : at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out _))
                    at = part[0] == '[' ? at[int.Parse(part[1..^1], CultureInfo.InvariantCulture)] : at.GetProperty(part);
                else
                    throw new FigureException($"{this}: there is no '{part}'; {EndOf(result.Output)}");
            return Number(at.ToString(), this);
        }
        catch (JsonException e)
        {
            throw new FigureException($"{this}: the output is no JSON ({e.Message.Split('.')[0]}); {EndOf(result.Output)}");
        }
    }

    private static string ObjectOf(string output)
    {
        string trimmed = output.Trim();
        return trimmed.StartsWith('{') ? trimmed : trimmed[(trimmed.LastIndexOf('\n') + 1)..];
    }
}

/// <summary>The only group of the expression's last match in the output.</summary>
public sealed record PatternFigure(Regex Pattern) : FigureSource
{
    public override string ToString() => $"pattern '{Pattern}'";

    protected override double Find(ProcessResult result)
    {
        try
        {
            return Pattern.Matches(result.Output) is [.., var last] ? Number(last.Groups[1].Value, this)
                : throw new FigureException($"{this}: nothing matches; {EndOf(result.Output)}");
        }
        catch (RegexMatchTimeoutException)
        {
            throw new FigureException($"{this}: takes too long on this output; {EndOf(result.Output)}");
        }
    }
}

public enum ProcessQuantity
{
    Cpu,
    Wall,
    Peak,
}

/// <summary>What the system says of the process.</summary>
public sealed record ProcessFigure(ProcessQuantity Quantity) : FigureSource
{
    /// <summary>In the order of <see cref="ProcessQuantity"/>.</summary>
    public static string[] Names { get; } = ["cpu_s", "wall_s", "peak_bytes"];

    public override string ToString() => $"process {Names[(int)Quantity]}";

    protected override double Find(ProcessResult result) => Quantity switch
    {
        ProcessQuantity.Cpu => result.CpuSeconds,
        ProcessQuantity.Wall => result.WallSeconds,
        _ => result.PeakBytes,
    };
}

/// <summary>Events of the process and of all that it starts, outside the kernel, as perf_event_open counts them.</summary>
public sealed record CounterFigure(string Name) : FigureSource
{
    /// <summary>As native/gate/measure.cpp names them; the last one is counted by the system, the others by the processor.</summary>
    public static string[] Names { get; } = ["instructions", "cycles", "cache_misses", "branch_misses", "page_faults"];

    public override string ToString() => $"counter {Name}";

    protected override double Find(ProcessResult result) => result.Counters.TryGetValue(Name, out long count) && count >= 0 ? count
        : throw new FigureException($"{this}: perf_event_open: {Reason(count)}");

    /// <param name="error">The system's code, below 0.</param>
    internal static string Reason(long error) => Marshal.GetPInvokeErrorMessage((int)-error);
}

/// <summary>Bytes of the files of a checkout that match a pattern such as "build/**/*.so".</summary>
public sealed record FilesFigure(string Pattern) : FigureSource
{
    public override string ToString() => $"files '{Pattern}'";

    protected override double Find(ProcessResult result)
    {
        Matcher matcher = new();
        matcher.AddInclude(Pattern);
        long[] sizes = [.. matcher.GetResultsInFullPath(result.Folder).Select(file => new FileInfo(file).Length)];
        return sizes.Length > 0 ? sizes.Sum() : throw new FigureException($"{this}: no file matches in {result.Folder}");
    }
}
