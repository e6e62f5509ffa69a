using TraceFast.Gate.Suites;

namespace TraceFast.Gate.Running;

/// <summary>
/// Runs the processes of pairs, or takes them out of the journal. Both arms of a pair are pinned to the same processors and have an
/// environment of the same size: in the screening always that of the first, in the confirmation another one in each block. Before each
/// block both arms' files move to other physical memory (<see cref="PagePlacement"/>).
/// </summary>
/// <param name="folderOf">The checkout of an arm.</param>
/// <param name="scratch">Folder of what the last process of each arm printed.</param>
/// <param name="look">What machine this is.</param>
public sealed class Sampler(
    Suite suite, Func<Arm, string> folderOf, Journal journal, string scratch, Func<Machine> look, CancellationToken cancellation)
{
    /// <summary>Moves what lies on the stack through a page.</summary>
    private const int MostPadding = 4096;

    private readonly Dictionary<(GateStage, string, int, Arm), Measured> _found =
        journal.Found.ToDictionary(m => (m.Stage, m.Command, m.Pair, m.Arm));

    /// <summary>Variables that an arm's process has besides, of a calibration.</summary>
    public Func<Arm, SuiteCommand, IReadOnlyDictionary<string, string>> Injected { get; init; } =
        (_, _) => new Dictionary<string, string>();

    /// <summary>Of all processes, those of the journal included.</summary>
    public double Seconds { get; private set; }

    public int Processes { get; private set; }

    /// <summary>Two pairs.</summary>
    /// <param name="first">Number of the first.</param>
    /// <param name="rows">Of the command: those that are asked for.</param>
    /// <exception cref="CannotDecideException">The machine has changed, or a command or figure failed.</exception>
    public IReadOnlyList<(Measured Base, Measured Head)> Block(
        GateStage stage, SuiteCommand command, int first, IReadOnlyList<SuiteRow> rows)
    {
        if (look().DifferenceFrom(journal.Header.Machine) is { } difference)
            throw new CannotDecideException(
                $"the machine has changed while it was measured: {difference}; start again, with another --out");
        ulong drawn = Draw(stage, command, first);
        Arm[] order = (drawn & 1) == 0 ? [Arm.Base, Arm.Head, Arm.Head, Arm.Base] : [Arm.Head, Arm.Base, Arm.Base, Arm.Head];
        if (order.Where((arm, i) => !_found.ContainsKey((stage, command.Name, first + (i / 2), arm))).Any())
            PagePlacement.Move([.. order.Distinct().Select(folderOf)], drawn, cancellation);
        if (!command.TakesRows)
            rows = command.Rows;
        int padding = stage == GateStage.Screening ? 0 : (int)(drawn >> 1) & (MostPadding - 1);
        return
        [
            .. order.Chunk(2).Select((arms, i) => Pair(stage, command, first + i, arms, padding, rows)).Select(
                pair => (pair.Single(m => m.Arm == Arm.Base), pair.Single(m => m.Arm == Arm.Head))),
        ];
    }

    /// <summary>What a command prints in an arm's checkout, its last part where it is long; of one that fails, why.</summary>
    public string Profile(Arm arm, SuiteCommand command, string profile)
    {
        const int Most = 6000;
        try
        {
            ChildStart start = new(
                profile, folderOf(arm), ChildEnvironment.Of(command.Environment, 0), Processors, [], Path.Combine(scratch, "profile"));
            string output = ChildProcess.Run(start, command.Patience, cancellation).Output.TrimEnd();
            return output.Length <= Most ? output : "..." + output[^Most..];
        }
        catch (CommandFailedException e)
        {
            return $"the profile {e.Message}; the last lines:\n{e.Output}";
        }
    }

    private IReadOnlyList<int> Processors => suite.Processors == 0 ? [] : [.. ChildProcess.Allowed().TakeLast(suite.Processors)];

    /// <summary>Both processes, in their order.</summary>
    private Measured[] Pair(
        GateStage stage, SuiteCommand command, int pair, Arm[] arms, int padding, IReadOnlyList<SuiteRow> rows)
    {
        Measured[] known = [.. arms.Select(a => _found.GetValueOrDefault((stage, command.Name, pair, a))).OfType<Measured>()];
        if (known.Length < arms.Length || known.Any(m => rows.Any(r => !m.Figures.ContainsKey(r.Name))))
        {
            known = Measure(stage, command, pair, arms, padding, rows);
            journal.Add(known);
        }
        Seconds += known.Sum(m => m.WallSeconds) / (command.Turns > TimeSpan.Zero ? 2 : 1); // both from the first's start to its end
        Processes += known.Length;
        return known;
    }

    private Measured[] Measure(
        GateStage stage, SuiteCommand command, int pair, Arm[] arms, int padding, IReadOnlyList<SuiteRow> rows)
    {
        string run = command.RunOf(rows);
        ChildStart[] starts =
        [
            .. arms.Select(arm => new ChildStart(
                run, folderOf(arm),
                ChildEnvironment.Of(new Dictionary<string, string>([.. command.Environment, .. Injected(arm, command)]), padding),
                Processors, [.. command.Counters], Path.Combine(scratch, NameOf(arm)))),
        ];
        try
        {
            ProcessResult[] results;
            if (command.Turns > TimeSpan.Zero)
            {
                (ProcessResult one, ProcessResult other) =
                    ChildProcess.RunInTurns(starts[0], starts[1], command.Turns, command.Patience, cancellation);
                results = [one, other];
            }
            else
                results = [.. starts.Select(s => ChildProcess.Run(s, command.Patience, cancellation))];
            return
            [
                .. arms.Zip(results, (arm, result) => new Measured(
                    stage, command.Name, pair, arm, padding, result.CpuSeconds, result.WallSeconds, result.PeakBytes,
                    rows.ToDictionary(r => r.Name, r => FiguresOf(r, result, NameOf(arm))))),
            ];
        }
        catch (CommandFailedException e)
        {
            string arm = e.Start is null ? "base and head" : NameOf(arms[Array.IndexOf(starts, e.Start)]);
            throw new CannotDecideException(
                $"{arm}: command '{command.Name}' {e.Message}: {run}"
                + (e.Output.Length > 0 ? $"; the last lines:\n{e.Output}" : "; it printed nothing"));
        }
    }

    private static string NameOf(Arm arm) => arm == Arm.Base ? "base" : "head";

    private static double[] FiguresOf(SuiteRow row, ProcessResult result, string arm)
    {
        try
        {
            return [row.Figure.Of(result), row.Control?.Of(result) ?? 1];
        }
        catch (FigureException e)
        {
            throw new CannotDecideException($"{arm}: row '{row.Name}' ({row.Where}): {e.Message}");
        }
    }

    /// <summary>A hash of the seed and the block's name: resumed runs draw the same.</summary>
    private ulong Draw(GateStage stage, SuiteCommand command, int first)
    {
        using HashBuilder hash = new();
        return (ulong)hash.Add(journal.Header.Seed).AddCounted($"{stage}").AddCounted(command.Name).Add(first).ToUInt128();
    }
}
