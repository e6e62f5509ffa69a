using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Suites;

/// <summary>What a gate measures, and how it decides; <see cref="SuiteFile"/> reads it from YAML.</summary>
public sealed record Suite
{
    public required string Name { get; init; }

    /// <summary>Shell command that builds a checkout, in its folder; null: nothing is built.</summary>
    public string? Build { get; init; }

    public required IReadOnlyList<SuiteCommand> Commands { get; init; }

    public GateLevels Levels { get; init; } = new();

    /// <summary>Most pairs of a row in each stage.</summary>
    public int Pairs { get; init; } = 24;

    /// <summary>Most time of all measurements, without the builds.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Processors that a command is pinned to, the last ones that the gate may use; 0: all.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>SHA-256 of the file.</summary>
    public required string Hash { get; init; }

    public IEnumerable<SuiteRow> Rows => Commands.SelectMany(c => c.Rows);

    /// <summary>Rows that are decided by a test; the others are counts.</summary>
    public int TimedRows => Rows.Count(r => !r.IsCount);

    /// <summary>The suite without its counts, which cannot err; its hash is of what is left, so that a new count leaves it as it is.</summary>
    public Suite WithoutCounts()
    {
        SuiteCommand[] timed =
        [
            .. Commands.Select(c => c with { Rows = [.. c.Rows.Where(r => !r.IsCount)] }).Where(c => c.Rows.Count > 0),
        ];
        using HashBuilder hash = new();
        hash.AddCounted($"{Levels} {Pairs} {Limit} {Processors}");
        foreach (SuiteCommand command in timed)
        {
            hash.AddCounted($"{command.Run} {command.Turns}");
            foreach ((string name, string value) in command.Environment.Concat(command.Injection))
                hash.AddCounted(name).AddCounted(value);
            foreach (SuiteRow row in command.Rows)
                hash.AddCounted($"{row.Name} {row.Figure} {row.Control} {row.LessIsBetter} {row.Bounds}");
        }
        return this with { Commands = timed, Hash = hash.ToUInt128().ToString("x32", CultureInfo.InvariantCulture) };
    }
}

/// <summary>A command that is run in fresh processes, and its rows.</summary>
public sealed record SuiteCommand
{
    public required string Name { get; init; }

    /// <summary>Stands in <see cref="Run"/> for the names of the timed rows that are still open, with commas between them.</summary>
    public const string OpenRows = "{rows}";

    /// <summary>For /bin/sh, in the folder of a checkout.</summary>
    public required string Run { get; init; }

    /// <summary>Whether it measures no other rows than it is asked for.</summary>
    public bool TakesRows => Run.Contains(OpenRows, StringComparison.Ordinal);

    /// <summary>What to run for some of its rows.</summary>
    public string RunOf(IEnumerable<SuiteRow> rows) =>
        Run.Replace(OpenRows, string.Join(',', rows.Where(r => !r.IsCount).Select(r => r.Name)), StringComparison.Ordinal);

    public required IReadOnlyList<SuiteRow> Rows { get; init; }

    /// <summary>Programs without which it is not measured.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Of its process, over the gate's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables that make one of its rows do extra work, with {row} and {percent} in their values; for calibrations.</summary>
    public IReadOnlyDictionary<string, string> Injection { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The processes of a pair run in turns so long, one of them at a time: for figures of CPU time. Zero: one after the other.
    /// </summary>
    public TimeSpan Turns { get; init; }

    /// <summary>After which it is killed.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Those that its rows ask for.</summary>
    public IEnumerable<string> Counters =>
        Rows.SelectMany(r => new[] { r.Figure, r.Control }).OfType<CounterFigure>().Select(c => c.Name).Distinct();
}

/// <summary>A figure of a command's process that must not get worse.</summary>
public sealed record SuiteRow
{
    public required string Name { get; init; }

    /// <summary>"file:line", for messages.</summary>
    public required string Where { get; init; }

    public required FigureSource Figure { get; init; }

    /// <summary>What the process timed beside it; null: nothing.</summary>
    public FigureSource? Control { get; init; }

    /// <summary>Times and bytes; else rates.</summary>
    public bool LessIsBetter { get; init; } = true;

    public string Unit { get; init; } = "";

    public required RowBounds Bounds { get; init; }

    /// <summary>Nearly the same in every process: two of each arm decide, without a test.</summary>
    public bool IsCount { get; init; }

    /// <summary>Shell command whose output, of both versions, is added to the report when the row got slower; null: none.</summary>
    public string? Profile { get; init; }
}
