using MathNet.Numerics.Statistics;
using TraceFast.Data.Progress;
using TraceFast.Gate.Decision;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate;

/// <summary>
/// Measures two checkouts against each other: blocks of two pairs of fresh processes in the order base, head, head, base or its mirror
/// image, drawn by the seed; a look at each row after each block; then, of rows that showed a slowdown, the same in new processes with
/// another memory layout each block. <see cref="GateLevels"/> has the error rates.
/// </summary>
public sealed class GateRun
{
    /// <summary>Pairs that decide on counts.</summary>
    private const int CountPairs = 2;

    private const double Level = 0.95;

    private readonly Suite _suite;
    private readonly Sampler _sampler;
    private readonly RunHeader _header;
    private readonly StageTest _test;
    private readonly IRunLog _log;
    private readonly Dictionary<(GateStage, string Command), List<(Measured Base, Measured Head)>> _pairs = [];

    public GateRun(Suite suite, Sampler sampler, RunHeader header, IRunLog log)
    {
        (_suite, _sampler, _header, _log) = (suite, sampler, header, log);
        _test = new StageTest(suite.Pairs);
    }

    /// <exception cref="CannotDecideException">The machine has changed, or a command or figure failed.</exception>
    public GateResult Run()
    {
        GateLevels levels = _suite.Levels;
        Dictionary<SuiteRow, Shown> screened = Stages(
            GateStage.Screening, [.. _suite.Rows.Where(r => !r.IsCount)],
            rows => [.. rows.Select(r => Show(GateStage.Screening, r, levels.Screening))]);
        SuiteRow[] suspects = [.. screened.Where(s => s.Value == Shown.Slower).Select(s => s.Key)];
        foreach (SuiteRow suspect in suspects)
            _log.Line($"{suspect.Name}: slower; confirming in new processes");
        double alpha = levels.Confirmation(_suite.TimedRows);
        Dictionary<SuiteRow, Shown> confirmed = suspects.Length == 0 ? [] : Stages(
            GateStage.Confirmation, suspects,
            rows => GateLevels.Holm((row, level) => Show(GateStage.Confirmation, rows[row], level), rows.Count, alpha));
        return new GateResult(
            _header, _suite, [.. _suite.Rows.Select(r => r.IsCount ? Count(r) : Timed(r, screened[r], confirmed, alpha))],
            _sampler.Processes, _sampler.Seconds);
    }

    /// <summary>Measures until all rows are decided, there are no more pairs, or the time is over.</summary>
    /// <param name="decide">What the rows show so far.</param>
    private Dictionary<SuiteRow, Shown> Stages(
        GateStage stage, IReadOnlyList<SuiteRow> rows, Func<IReadOnlyList<SuiteRow>, IReadOnlyList<Shown>> decide)
    {
        Dictionary<SuiteRow, Shown> shown = rows.ToDictionary(r => r, _ => Shown.Nothing);
        _log.Track(stage == GateStage.Screening ? "screening" : "confirming", "pairs", _test.Pairs, 0, progress =>
        {
            for (int pairs = 0; pairs < _test.Pairs && _sampler.Seconds < _suite.Limit.TotalSeconds; pairs += 2)
            {
                SuiteCommand[] open =
                [
                    .. _suite.Commands.Where(c => c.Rows.Any(r => shown.TryGetValue(r, out Shown s) && s == Shown.Nothing)
                        || (stage == GateStage.Screening && pairs < CountPairs && c.Rows.Any(r => r.IsCount))),
                ];
                if (open.Length == 0)
                    break;
                foreach (SuiteCommand command in open)
                    PairsOf(stage, command).AddRange(_sampler.Block(
                        stage, command, pairs,
                        [
                            .. command.Rows.Where(r => shown.TryGetValue(r, out Shown s) ? s == Shown.Nothing
                                : stage == GateStage.Screening && pairs < CountPairs && r.IsCount),
                        ]));
                if (_test.Looks.Contains(pairs + 2))
                    foreach ((SuiteRow row, Shown now) in rows.Zip(decide(rows)).ToArray())
                        shown[row] = shown[row] == Shown.Nothing || now == Shown.Slower ? now : shown[row];
                progress.Report(
                    pairs + 2, $"{shown.Count(s => s.Value == Shown.Nothing)} of {rows.Count} rows open");
            }
            return 0;
        });
        return shown;
    }

    /// <summary>Those that the row was measured in.</summary>
    private List<(Measured Base, Measured Head)> PairsOf(GateStage stage, SuiteRow row) =>
        [.. PairsOf(stage, CommandOf(row)).Where(p => p.Base.Figures.ContainsKey(row.Name) && p.Head.Figures.ContainsKey(row.Name))];

    private List<(Measured Base, Measured Head)> PairsOf(GateStage stage, SuiteCommand command)
    {
        if (!_pairs.TryGetValue((stage, command.Name), out List<(Measured, Measured)>? pairs))
            _pairs.Add((stage, command.Name), pairs = []);
        return pairs;
    }

    private Shown Show(GateStage stage, SuiteRow row, double alpha) =>
        _test.Of(Differences(stage, row), row.Bounds, alpha, _suite.Levels.Missed);

    private PairDifferences Differences(GateStage stage, SuiteRow row) =>
        new(PairsOf(stage, row).Select(p => (FigureOf(p.Base, row), FigureOf(p.Head, row))), row.LessIsBetter);

    private SuiteCommand CommandOf(SuiteRow row) => _suite.Commands.First(c => c.Rows.Contains(row));

    private static Figure FigureOf(Measured measured, SuiteRow row) =>
        new(measured.Figures[row.Name][0], measured.Figures[row.Name][1]);

    private RowResult Timed(SuiteRow row, Shown screened, Dictionary<SuiteRow, Shown> confirmed, double alpha)
    {
        GateStage stage = confirmed.ContainsKey(row) ? GateStage.Confirmation : GateStage.Screening;
        Shown last = stage == GateStage.Confirmation ? confirmed[row] : screened;
        Verdict verdict = last == Shown.Nothing ? Verdict.CannotTell
            : stage == GateStage.Screening ? Verdict.WithinBudget
            : last == Shown.Slower ? Verdict.Regression : Verdict.NotConfirmed;
        PairDifferences differences = Differences(stage, row);
        (double low, double high) = differences.Interval(_test.Test, Level);
        return Result(row, stage, verdict, differences.Estimate(), low, high) with
        {
            PairsNeeded = verdict != Verdict.CannotTell ? null
                : StageTest.PairsNeeded(
                    differences, row.Bounds, stage == GateStage.Screening ? _suite.Levels.Screening : alpha, _suite.Levels.Missed),
        };
    }

    /// <summary>The least and the most that a process of head is worse than one of base.</summary>
    private RowResult Count(SuiteRow row)
    {
        IEnumerable<(Measured Base, Measured Head)> measured = PairsOf(GateStage.Screening, row).Take(CountPairs);
        PairDifferences each = new(
            measured.SelectMany(p => measured.Select(q => (FigureOf(q.Base, row), FigureOf(p.Head, row)))), row.LessIsBetter);
        double[] all = each.First(each.Count, 0);
        double low = all.Min(), high = all.Max(), budget = Math.Log(1 + row.Bounds.Budget);
        Verdict verdict = low > budget ? Verdict.Regression : high <= budget ? Verdict.WithinBudget : Verdict.CannotTell;
        return Result(row, GateStage.Screening, verdict, each.Estimate(), low, high);
    }

    private RowResult Result(SuiteRow row, GateStage stage, Verdict verdict, double estimate, double low, double high)
    {
        List<(Measured Base, Measured Head)> pairs = PairsOf(stage, row);
        return new RowResult(
            row, CommandOf(row), verdict, Math.Exp(estimate) - 1, Math.Exp(low) - 1, Math.Exp(high) - 1, pairs.Count,
            pairs.Select(p => FigureOf(p.Base, row).Value).Median(), pairs.Select(p => FigureOf(p.Head, row).Value).Median(),
            stage)
        {
            Screened = [.. PairsOf(GateStage.Screening, row).Select(p => (FigureOf(p.Base, row), FigureOf(p.Head, row)))],
        };
    }
}
