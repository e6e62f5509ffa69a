using TraceFast.Data;
using TraceFast.Models;
using TraceFast.Data.Progress;

namespace TraceFast.Cli.Demo;

/// <summary>One line of a regime's table: a method with its runs, one for each seed.</summary>
/// <param name="Name">Stable, as in JSON.</param>
/// <param name="Title">As in tables.</param>
/// <param name="Choice">Its settings; null: nothing was trained.</param>
/// <param name="Quads">Of one run.</param>
/// <param name="Fits">One for each seed.</param>
internal sealed record DemoRow(string Name, string Title, DemoChoice? Choice, int Quads, IReadOnlyList<DemoFit> Fits);

/// <summary>A regime's rows: base, the start where it is another, the methods.</summary>
internal sealed record DemoRegimeResult(DemoRegime Regime, IReadOnlyList<DemoRow> Rows);

/// <summary>Compares the methods in each regime: writes data, chooses settings where the plan says so, trains and scores.</summary>
/// <param name="plan">How large it is.</param>
/// <param name="model">The folder of the model to start from.</param>
/// <param name="output">Absent, empty, or the folder of an earlier demonstration, which goes on.</param>
/// <param name="overwrite">Whether the output folder may be somebody else's.</param>
/// <param name="log">Gets a line for each stage.</param>
/// <param name="interrupt">Stops it.</param>
internal sealed class DemoStudy(DemoPlan plan, string model, string output, bool overwrite, IRunLog log, CancellationToken interrupt)
{
    public const string Base = "base", SftStart = "start";

    /// <summary>In the output folder: a demonstration wrote it.</summary>
    private const string Mark = "demo.txt";

    private const string EqualTokens = "_equal_tokens", IopoSettings = "_iopo_settings";

    /// <summary>Of the quads by which settings are chosen; seeds of the comparison count from 1.</summary>
    private const int ChoosingSeed = 101;

    private readonly string _weights = Weights(model);

    private readonly DemoData _data = new(Path.Combine(output, "data"), interrupt);
    private readonly DemoFits _fits = new(model, output, Stages(plan), log, interrupt);

    public IReadOnlyList<DemoRegimeResult> Run()
    {
        if (output.Contains(',', StringComparison.Ordinal))
            throw new InputException($"--out {output}: a comma separates the files of a dataset; name a folder without one");
        RequireOwnFolder();
        DemoChoices? stored = plan.ValidationPrompts > 0 ? null : Stored();
        using RunLock held = RunLock.OfFolder(output);
        AtomicFile.Write(Path.Combine(output, Mark), "The demonstration's folder (tracefast demo): what is done goes on here, what is not is made anew.\n"u8.ToArray());
        log.Line("writing quads and prompts");
        IReadOnlyList<DemoSet> tests = _data.Tests(plan.Prompts);
        return _fits.Track<IReadOnlyList<DemoRegimeResult>>(() =>
        {
            DemoFit start = _fits.Start(Base, tests);
            DemoChoices choices = stored ?? Choose(start);
            return [.. plan.Regimes.Select(r => Compare(r, start, choices, tests))];
        });
    }

    /// <summary>Stages replace folders below the output folder, so it is to be a demonstration's own.</summary>
    private void RequireOwnFolder()
    {
        new OutputCheck(overwrite).Reads("--model", model).RequireApart("--out", output);
        bool isOwn = overwrite || !Directory.Exists(output) || File.Exists(Path.Combine(output, Mark));
        if (!isOwn && Directory.EnumerateFileSystemEntries(output).Any(e => Path.GetFileName(e) != RunLock.FileName))
            throw new InputException($"--out {output}: the folder is not empty, and no demonstration wrote it; name another folder, or let it be written to with --overwrite");
    }

    private static string Weights(string model)
    {
        string path = Path.Combine(model, "model.safetensors");
        return File.Exists(path) ? FileHash.Sha256(path) : throw new InputException($"{path}: there is no such file; --model names a folder with a model, models/demo for example");
    }

    /// <summary>What was chosen before, for every method that is needed.</summary>
    private DemoChoices Stored()
    {
        DemoChoices stored = DemoChoices.Read(Path.Combine(model, DemoChoices.FileName));
        if (stored.Model != _weights)
            log.Line($"{DemoChoices.FileName} was chosen for other weights than {model} has; demo --full chooses anew");
        foreach (DemoRegime regime in plan.Regimes)
        {
            foreach (DemoMethod method in DemoMethod.All)
                stored.Of(regime.Name, method.Name, method);
            if (regime.StartsFromSft)
                stored.Of(regime.Name, SftStart, DemoMethod.Sft);
        }

        return stored;
    }

    /// <summary>How many stages there will be, for the progress lines.</summary>
    private static int Stages(DemoPlan plan)
    {
        int each = plan.Regimes.Sum(r => plan.Seeds * ((r.StartsFromSft ? 1 : 0) + (r.Confound > 0 ? 1 : 0) + DemoMethod.All.Sum(m => m.Sequences == 2 && plan.EqualTokens ? 2 : 1)));
        int choosing = plan.ValidationPrompts > 0 ? 1 + plan.Regimes.Sum(r => plan.Trials * ((r.StartsFromSft ? 1 : 0) + DemoMethod.All.Count)) : 0;
        return 1 + choosing + each;
    }

    private DemoRegimeResult Compare(DemoRegime regime, DemoFit start, DemoChoices choices, IReadOnlyList<DemoSet> tests)
    {
        int[] seeds = [.. Enumerable.Range(1, plan.Seeds)];
        string[] quads = QuadsOf(plan.Quads);
        List<DemoRow> rows = [new(Base, "base model", null, 0, [start])];
        DemoFit[] starts = [.. seeds.Select(_ => start)];
        if (regime.StartsFromSft)
        {
            Planned first = Row(SftStart, DemoMethod.Sft, Chosen(SftStart, DemoMethod.Sft), "SFT, the start", ", the start", plan.Quads, quads, keepsWeights: true);
            starts = _fits.Run([first.Stages])[0];
            rows.Add(first.Row with { Fits = starts });
        }

        List<Planned> plans = [.. DemoMethod.All.Select(m => Row(m.Name, m, Chosen(m.Name, m), regime.StartsFromSft && m == DemoMethod.Sft ? "SFT, once more" : m.Title, "", plan.Quads, quads, keepsWeights: plan.Seeds == 1))];
        // What a method picks up that nobody asked for depends on how far it moves; chosen settings may hardly move it.
        if (regime.Confound > 0)
            plans.Add(Row(
                DemoMethod.Dpo.Name, DemoMethod.Dpo, Chosen(DemoMethod.Iopo.Name, DemoMethod.Iopo), DemoMethod.Dpo.Title + ", IOPO's settings", ", IOPO's settings", plan.Quads, quads, keepsWeights: false, IopoSettings));
        if (plan.EqualTokens)
        {
            int twice = 2 * plan.Quads;
            string[] more = QuadsOf(twice);
            plans.AddRange(DemoMethod.All.Where(m => m.Sequences == 2).Select(m => Row(m.Name, m, Chosen(m.Name, m), $"{m.Title}, twice the quads", ", equal tokens", twice, more, keepsWeights: false, EqualTokens)));
        }

        rows.AddRange(plans.Zip(_fits.Run([.. plans.Select(p => p.Stages)]), (p, fits) => p.Row with { Fits = fits }));
        return new(regime, rows);

        string[] QuadsOf(int count) => [.. seeds.Select(s => _data.Quads(regime, s, count))];

        DemoChoice Chosen(string name, DemoMethod method) => choices.Of(regime.Name, name, method);

        Planned Row(string name, DemoMethod method, DemoChoice choice, string title, string what, int count, string[] files, bool keepsWeights, string suffix = "") => new(
            new(name + suffix, title, choice, count, []),
            [.. seeds.Select((s, i) => new DemoStage($"{regime.Name}/{name}{suffix}/{s}", regime.Title + what, starts[i], method, choice, files[i], s, tests, keepsWeights))]);
    }

    /// <summary>For each method the settings whose model does best on the validation prompts: IF-M, then the share of constraints obeyed; of equals the first of the grid.</summary>
    private DemoChoices Choose(DemoFit start)
    {
        IReadOnlyList<DemoSet> validation = _data.Validation(plan.ValidationPrompts);
        DemoChoices choices = DemoChoices.None(_weights);
        _fits.Start("choosing/base", validation);
        foreach (DemoRegime regime in plan.Regimes)
        {
            string quads = _data.Quads(regime, ChoosingSeed, plan.Quads);
            DemoFit from = start;
            if (regime.StartsFromSft)
                from = Best([(SftStart, DemoMethod.Sft)], keepsWeights: true)[0];
            Best([.. DemoMethod.All.Select(m => (m.Name, m))], keepsWeights: false);

            DemoFit[] Best(IReadOnlyList<(string Name, DemoMethod Method)> rows, bool keepsWeights)
            {
                DemoFit[][] trials = _fits.Run([.. rows.Select(r => r.Method.Grid.Take(plan.Trials).Select((c, n) =>
                    new DemoStage($"choosing/{regime.Name}/{r.Name}/{n}", $"{regime.Title}, choosing", from, r.Method, c, quads, ChoosingSeed, validation, keepsWeights)).ToArray())]);
                return [.. rows.Zip(trials, (r, own) =>
                {
                    IReadOnlyList<DemoChoice> grid = r.Method.Grid;
                    DemoFit best = own.MaxBy(f => (f.Scores.IfM(true).Value, f.Scores.Mean(true).Value))!;
                    DemoChoice choice = grid[Array.IndexOf(own, best)];
                    choices.Set(regime.Name, r.Name, choice);
                    if (choice.LearningRate == grid[0].LearningRate || choice.LearningRate == grid[^1].LearningRate)
                        log.Line($"{regime.Title}: {r.Method.Title}: the best learning rate is at the edge of those tried ({choice})");
                    return best;
                })];
            }
        }

        string own = Path.Combine(output, DemoChoices.OwnFile), used = Path.Combine(model, DemoChoices.FileName);
        choices.Write(own);
        if (plan.IsWhole)
            choices.Write(used);
        log.Line($"settings chosen on {plan.ValidationPrompts} validation prompts: {own}; {used} {(plan.IsWhole ? "now holds them" : "stays as it was, for this is a trial")}");
        return choices;
    }

    /// <summary>A row without its runs, and what is to be run for it.</summary>
    private sealed record Planned(DemoRow Row, DemoStage[] Stages);
}
