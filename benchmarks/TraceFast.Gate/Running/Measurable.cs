using TraceFast.Gate.Suites;

namespace TraceFast.Gate.Running;

/// <summary>A row that this machine cannot measure.</summary>
public sealed record NotMeasured(SuiteRow Row, string Reason);

/// <summary>What of a suite this machine can measure: the programs that a command needs are there, and the counters answer.</summary>
internal static class Measurable
{
    /// <param name="scratch">Folder for the output of a process that does nothing.</param>
    /// <returns>The suite without the rows that it cannot, and those.</returns>
    /// <exception cref="CannotDecideException">It can measure none.</exception>
    public static (Suite Suite, IReadOnlyList<NotMeasured> Without) Of(Suite suite, string scratch, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, long> counters =
            Probe([.. suite.Commands.SelectMany(c => c.Counters).Distinct()], scratch, cancellation);
        List<NotMeasured> without = [];
        List<SuiteCommand> commands = [];
        foreach (SuiteCommand command in suite.Commands)
        {
            string? missing = command.Needs.FirstOrDefault(n => !IsOnPath(n));
            NotMeasured[] lacking =
            [
                .. command.Rows.Select(r => (Row: r, Reason: missing is not null ? $"there is no {missing} on PATH" : Reason(r, counters)))
                    .Where(r => r.Reason is not null).Select(r => new NotMeasured(r.Row, r.Reason!)),
            ];
            without.AddRange(lacking);
            if (lacking.Length < command.Rows.Count)
                commands.Add(command with { Rows = [.. command.Rows.Except(lacking.Select(l => l.Row))] });
        }
        return commands.Count > 0 ? (suite with { Commands = commands }, without)
            : throw new CannotDecideException(
                $"suite {suite.Name}: no row can be measured on this machine: "
                + string.Join("; ", without.Select(w => $"{w.Row.Name}: {w.Reason}")));
    }

    private static string? Reason(SuiteRow row, IReadOnlyDictionary<string, long> counters) =>
        new[] { row.Figure, row.Control }.OfType<CounterFigure>().FirstOrDefault(c => counters[c.Name] < 0) is { } counter
            ? $"no counter of {counter.Name} answers (perf_event_open: {CounterFigure.Reason(counters[counter.Name])})" : null;

    private static IReadOnlyDictionary<string, long> Probe(string[] names, string scratch, CancellationToken cancellation)
    {
        if (names.Length == 0)
            return new Dictionary<string, long>();
        ChildStart nothing = new("true", scratch, ChildEnvironment.Inherited(), [], names, Path.Combine(scratch, "probe"));
        return ChildProcess.Run(nothing, TimeSpan.FromMinutes(1), cancellation).Counters;
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
