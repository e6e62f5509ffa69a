using System.Text.RegularExpressions;
using TraceFast.Data.Yaml;
using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Suites;

/// <summary>
/// Reads a suite:
/// <code>
///   name: mine                        build: make -j2
///   pairs: 24                         minutes: 30           processors: 1
///   false_alarms: 1                   budget: 5             tolerance: 1      # per cent
///   commands:
///     - name: sort
///       run: ./bench --only {rows} --json    # {rows}: those that are not decided yet, sort,rate at first
///       needs: python3                # programs without which it is not measured
///       seconds: 60                   env: {LC_ALL: C}      turns: 20     # milliseconds
///       rows:
///         - {name: sort, json: sort.cpu_ms, control: {json: control.cpu_ms}, unit: ms}
///         - {name: rate, pattern: '([0-9.]+) MB/s', better: more, unit: MB/s}
///         - {name: start-up, process: cpu_s, unit: s, budget: 10}
///         - {name: instructions, counter: instructions, count: true}
///         - {name: size, files: 'build/*.so', count: true, unit: bytes}
/// </code>
/// </summary>
public static partial class SuiteFile
{
    private static readonly string[] s_suiteKeys =
        ["name", "build", "pairs", "minutes", "processors", "false_alarms", "budget", "tolerance", "commands"];

    private static readonly string[] s_commandKeys = ["name", "run", "needs", "seconds", "turns", "env", "inject", "rows"];

    private static readonly string[] s_rowKeys =
        ["name", "json", "pattern", "process", "counter", "files", "control", "better", "unit", "budget", "tolerance", "count", "profile"];

    private static readonly string[] s_figureKeys = ["json", "pattern", "process", "counter", "files"];

    /// <exception cref="InputException">A key or value is not what is expected; names file and line.</exception>
    public static Suite Read(string path)
    {
        SuiteNode suite = new(YamlReader.ReadFile(path), s_suiteKeys);
        (double budget, double tolerance) = (suite.Percent("budget", 5), suite.Percent("tolerance", 1));
        List<SuiteCommand> commands = [];
        foreach (YamlNode node in suite.Items("commands"))
        {
            SuiteNode command = new(node, s_commandKeys);
            SuiteRow[] rows = [.. command.Items("rows").Select(row => Row(new SuiteNode(row, s_rowKeys), budget, tolerance))];
            RequirePlain(rows, command.Required("run"));
            commands.Add(new SuiteCommand
            {
                Name = command.Text("name") ?? command.Required("run"), Run = command.Required("run"), Rows = rows,
                Needs = (command.Text("needs") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Environment = command.Texts("env"), Injection = command.Texts("inject"),
                Turns = Turns(command, rows),
                Patience = TimeSpan.FromSeconds(command.Number("seconds", 300, 0.1, 86_400)),
            });
        }
        RequireUnlike(commands.SelectMany(c => c.Rows).Select(r => (r.Name, r.Where)), "row");
        RequireUnlike(commands.Select(c => (c.Name, c.Rows[0].Where)), "command");
        return new Suite
        {
            Name = suite.Text("name") ?? Path.GetFileNameWithoutExtension(path), Build = suite.Text("build"), Commands = commands,
            Levels = new GateLevels { FalseAlarms = suite.Percent("false_alarms", 1) },
            Pairs = Pairs(suite), Limit = TimeSpan.FromMinutes(suite.Number("minutes", 30, 0.01, 10_000)),
            Processors = suite.Whole("processors", 1, 0, 4096), Hash = HashBuilder.HexOf(File.ReadAllText(path)),
        };
    }

    /// <summary>Names that stand in a shell command.</summary>
    private static void RequirePlain(SuiteRow[] rows, string run)
    {
        if (!run.Contains(SuiteCommand.OpenRows, StringComparison.Ordinal))
            return;
        if (Array.TrueForAll(rows, r => r.IsCount))
            throw new InputException(
                $"{rows[0].Where}: the command asks for {SuiteCommand.OpenRows}, and all of its rows are counts; name what it measures");
        if (Array.Find(rows, r => !r.IsCount && !PlainName().IsMatch(r.Name)) is { } row)
            throw new InputException(
                $"{row.Where}: row '{row.Name}' stands for {SuiteCommand.OpenRows} in the shell command; expected letters, digits, "
                    + "'_', '-' and '.' alone");
    }

    private static TimeSpan Turns(SuiteNode command, SuiteRow[] rows)
    {
        double turns = command.Number("turns", 0, 0, 10_000);
        return turns == 0 || Array.Find(rows, r => r.Figure is ProcessFigure { Quantity: ProcessQuantity.Wall }) is not { } row
            ? TimeSpan.FromMilliseconds(turns)
            : throw new InputException(
                $"{row.Where}: row '{row.Name}' is a wall time, and 'turns' of its command stops the clock of neither process; leave turns out");
    }

    private static int Pairs(SuiteNode suite)
    {
        int pairs = suite.Whole("pairs", 24, 6, SequentialSignedRank.MostPairs);
        return pairs % 2 == 0 ? pairs : throw suite.Error("pairs", $"an even number from 6 to {SequentialSignedRank.MostPairs}");
    }

    private static SuiteRow Row(SuiteNode row, double budget, double tolerance)
    {
        RowBounds bounds = new(row.Percent("tolerance", 100 * tolerance), row.Percent("budget", 100 * budget));
        bool count = row.Text("count") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw row.Error("count", "true or false"),
        };
        if (!count && bounds.Tolerance >= bounds.Budget)
            throw row.Error(
                "budget", $"more than the tolerance, which is {100 * bounds.Tolerance} %: a test has to tell one from the other");
        return new SuiteRow
        {
            Name = row.Required("name"), Where = row.Where, Figure = Figure(row), Unit = row.Text("unit") ?? "", Bounds = bounds,
            Control = row.Node("control") is { } control ? Figure(new SuiteNode(control, s_figureKeys)) : null,
            Profile = row.Text("profile"), IsCount = count, LessIsBetter = row.Text("better") switch
            {
                null or "less" => true,
                "more" => false,
                _ => throw row.Error("better", "less (times, bytes) or more (rates)"),
            },
        };
    }

    private static FigureSource Figure(SuiteNode node)
    {
        string[] given = [.. s_figureKeys.Where(key => node.Node(key) is not null)];
        if (given is not [var kind])
            throw new InputException(
                $"{node.Where}: {(given.Length == 0 ? "no figure" : $"{given.Length} figures")}; expected one of "
                + string.Join(", ", s_figureKeys));
        string value = node.Required(kind);
        return kind switch
        {
            "json" => new JsonFigure(value),
            "pattern" => new PatternFigure(Pattern(node, value)),
            "process" => new ProcessFigure((ProcessQuantity)IndexOf(node, kind, value, ProcessFigure.Names)),
            "counter" => new CounterFigure(CounterFigure.Names[IndexOf(node, kind, value, CounterFigure.Names)]),
            _ => new FilesFigure(value),
        };
    }

    private static int IndexOf(SuiteNode node, string key, string value, string[] names) =>
        Array.IndexOf(names, value) is >= 0 and int index ? index : throw node.Error(key, string.Join(", ", names));

    private static Regex Pattern(SuiteNode node, string pattern)
    {
        try
        {
            Regex regex = new(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return regex.GetGroupNumbers().Length == 2 ? regex
                : throw node.Error("pattern", "a regular expression with one group, which holds the number");
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{node.WhereOf("pattern")}: '{pattern}' is no regular expression: {e.Message}", e);
        }
    }

    private static void RequireUnlike(IEnumerable<(string Name, string Where)> named, string what)
    {
        foreach (IGrouping<string, (string Name, string Where)> same in named.GroupBy(n => n.Name).Where(g => g.Count() > 1))
            throw new InputException(
                $"{same.Last().Where}: a second {what} '{same.Key}', the first is {same.First().Where}; give it another name");
    }

    [GeneratedRegex(@"^[\w.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
