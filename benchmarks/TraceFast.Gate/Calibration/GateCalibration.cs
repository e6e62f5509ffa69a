using TraceFast.Data.Progress;
using TraceFast.Gate.Decision;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate.Calibration;

/// <summary>What to calibrate.</summary>
public sealed record CalibrationOptions
{
    public required string SuiteFile { get; init; }

    /// <summary>Version that is both base and head.</summary>
    public string Head { get; init; } = Repository.WorkingTree;

    /// <summary>File of outcomes; a calibration that was interrupted goes on there.</summary>
    public required string Output { get; init; }

    /// <summary>Runs of equal arms.</summary>
    public int Equal { get; init; } = 300;

    /// <summary>Runs of each size of injected work; they take the rows in turn.</summary>
    public int Injected { get; init; } = 60;

    /// <summary>In per cent.</summary>
    public IReadOnlyList<double> Sizes { get; init; } = [2, 5, 10];

    public int Seed { get; init; } = 1;

    public string Note { get; init; } = "quiet";
}

/// <summary>
/// How often the gate errs: whole gate runs of one version against itself, built twice, of which some have extra work in a row of head (the command's
/// <c>inject</c> says how). All sizes are mixed in an order drawn by the seed, so that a slow hour of the machine meets all of them.
/// </summary>
public static class GateCalibration
{
    private const double UsualLevel = 0.05, StrictLevel = 1e-5;

    /// <exception cref="CannotDecideException">A timed row cannot be measured on this machine.</exception>
    /// <exception cref="InputException">The suite has a timed row whose command says no way to inject work.</exception>
    public static CalibrationRecord Run(CalibrationOptions options, string folder, IRunLog log, CancellationToken cancellation)
    {
        Repository repository = Repository.Of(folder);
        string own = Path.Combine(repository.Root, BenchmarkGate.Folder);
        string processes = Directory.CreateDirectory(Path.Combine(own, "calibration")).FullName;
        (Suite suite, IReadOnlyList<NotMeasured> without) =
            Measurable.Of(SuiteFile.Read(options.SuiteFile).WithoutCounts(), processes, cancellation);
        if (without.Count > 0)
            throw new CannotDecideException(
                $"{without[0].Row.Where}: row '{without[0].Row.Name}' cannot be measured here: {without[0].Reason}; a calibration is of "
                    + "all timed rows");
        Revision head = repository.Resolve(options.Head, options.Output);
        Machine machine = Machine.Here();
        CalibrationTrial[] trials = Trials(options, suite);
        using RunLock held = RunLock.OfFile(options.Output);
        CalibrationRecord record = CalibrationRecord.Open(
            options.Output,
            new CalibrationHeader(
                suite.Name, suite.Hash, head.Tree, options.Seed, options.Note, machine,
                DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        IReadOnlyDictionary<Arm, string> builds =
            new Builds(repository, Path.Combine(own, "builds"), log).Of(head, head, suite, cancellation);
        HashSet<CalibrationTrial> done = [.. record.Outcomes.Select(o => o.Trial)];
        log.Track("calibrating", "runs", trials.Length, done.Count, progress =>
        {
            foreach (CalibrationTrial trial in trials.Where(t => !done.Contains(t)))
            {
                // An interrupted run goes on there.
                string scratch = Path.Combine(
                    processes,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{HashBuilder.HexOf(suite.Hash + options.Note)[..12]}-{trial.Percent}-{trial.Number}"));
                record.Add(Outcome(trial, suite, builds, head, machine, scratch, cancellation));
                Directory.Delete(scratch, recursive: true);
                progress.Report(record.Outcomes.Count);
            }
            return 0;
        });
        return record;
    }

    internal static CalibrationTrial[] Trials(CalibrationOptions options, Suite suite)
    {
        SuiteRow[] rows = [.. suite.Rows];
        if (rows.Length == 0)
            throw new InputException($"{options.SuiteFile}: all rows are counts; expected one that is timed");
        foreach (SuiteCommand command in suite.Commands.Where(c => c.Injection.Count == 0))
            throw new InputException(
                $"{command.Rows[0].Where}: command '{command.Name}' has no 'inject'; expected the environment that makes one of its rows do "
                + "extra work, such as inject: {BURN: '{row}={percent}'}");
        List<CalibrationTrial> trials =
        [
            .. Enumerable.Range(0, options.Equal).Select(i => new CalibrationTrial(0, "", i)),
            .. options.Sizes.SelectMany(
                size => Enumerable.Range(0, options.Injected).Select(i => new CalibrationTrial(size, rows[i % rows.Length].Name, i))),
        ];
        CalibrationTrial[] order = [.. trials];
        new Random(options.Seed).Shuffle(order);
        return order;
    }

    private static CalibrationOutcome Outcome(
        CalibrationTrial trial, Suite suite, IReadOnlyDictionary<Arm, string> builds, Revision head, Machine machine, string scratch,
        CancellationToken cancellation)
    {
        RunHeader header = new(suite.Name, suite.Hash, head.Name, head.Tree, head.Name, head.Tree, Seed(trial), machine);
        using Journal journal = Journal.Open(scratch, header);
        Sampler sampler = new(suite, arm => builds[arm], journal, scratch, Machine.Here, cancellation)
        {
            Injected = (arm, command) => Injection(arm, command, trial),
        };
        GateResult result = new GateRun(suite, sampler, header, new SilentRunLog()).Run();
        string[] Rows(Func<RowResult, bool> flagged) => [.. result.Rows.Where(flagged).Select(r => r.Row.Name)];
        return new CalibrationOutcome(
            trial.Percent, trial.Row, trial.Number, Rows(r => r.Verdict == Verdict.Regression), Rows(r => r.Verdict == Verdict.CannotTell),
            Rows(r => UsualWays.MannWhitney(r.Screened, UsualLevel)), Rows(r => UsualWays.MannWhitney(r.Screened, StrictLevel)),
            Rows(r => UsualWays.MeanRatio(r.Screened)), result.Processes, result.Seconds);
    }

    /// <summary>Orders and layouts differ from trial to trial.</summary>
    private static int Seed(CalibrationTrial trial)
    {
        using HashBuilder hash = new();
        string name = string.Create(CultureInfo.InvariantCulture, $"{trial.Percent} {trial.Number}");
        return (int)(hash.AddCounted(name).ToUInt128() & int.MaxValue);
    }

    /// <summary>Both arms have the variable: base with none of the work, so that both run the same code.</summary>
    private static IReadOnlyDictionary<string, string> Injection(Arm arm, SuiteCommand command, CalibrationTrial trial)
    {
        if (trial.Row.Length == 0 || command.Rows.All(r => r.Name != trial.Row))
            return new Dictionary<string, string>();
        string percent = (arm == Arm.Head ? trial.Percent : 0).ToString(CultureInfo.InvariantCulture);
        return command.Injection.ToDictionary(
            i => i.Key,
            i => i.Value.Replace("{row}", trial.Row, StringComparison.Ordinal).Replace("{percent}", percent, StringComparison.Ordinal));
    }
}
