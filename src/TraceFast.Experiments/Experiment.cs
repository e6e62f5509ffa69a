using System.Diagnostics;
using TraceFast.Data.Progress;
using TraceFast.Models.Files;

namespace TraceFast.Experiments;

/// <summary>One line of a setting's table: a method with its runs, one for each seed.</summary>
/// <param name="Hyperparameters">Null: nothing was trained.</param>
public sealed record ResultRow(string Name, string Title, Hyperparameters? Hyperparameters, int Quads, IReadOnlyList<ScoredRun> Runs);

/// <summary>A setting's rows: base, the start where it is another, the methods.</summary>
public sealed record SettingResult(Setting Setting, IReadOnlyList<ResultRow> Rows);

/// <summary>Compares the methods in each setting: writes data, selects hyperparameters where the plan says so, trains and scores.</summary>
/// <param name="program">Starts this program again with arguments: trainings are processes of their own.</param>
/// <param name="model">The folder of the model to start from.</param>
/// <param name="output">Absent, empty, or the folder of an earlier demonstration, which is resumed.</param>
/// <param name="overwrite">Whether the output folder may be somebody else's.</param>
public sealed class Experiment(
    ExperimentPlan plan, Func<IEnumerable<string>, ProcessStartInfo> program, string model, string output, bool overwrite, IRunLog log,
    CancellationToken interrupt)
{
    public const string Base = "base", SftStart = "start";

    /// <summary>In the output folder: a demonstration wrote it.</summary>
    private const string Mark = "demo.txt";

    private const string EqualTokens = "_equal_tokens", IopoHyperparameters = "_iopo_settings";

    /// <summary>Of the quads by which hyperparameters are selected; seeds of the comparison count from 1.</summary>
    private const int SelectionSeed = 101;

    private readonly string _weights = Weights(model);

    private readonly ExperimentData _data = new(Path.Combine(output, "data"), interrupt);
    private readonly StageRunner _stages = new(program, model, output, Stages(plan), log, interrupt);

    public IReadOnlyList<SettingResult> Run()
    {
        if (output.Contains(',', StringComparison.Ordinal))
            throw new InputException($"--out {output}: a comma separates the files of a dataset; name a folder without one");
        RequireOwnFolder();
        SelectedHyperparameters? stored = plan.ValidationPrompts > 0 ? null : Stored();
        using RunLock held = RunLock.OfFolder(output);
        AtomicFile.Write(
            Path.Combine(output, Mark),
            "The demonstration's folder (tracefast demo): finished stages are kept here, the others are run again.\n"u8.ToArray());
        log.Line("writing quads and prompts");
        IReadOnlyList<PromptSet> tests = _data.Tests(plan.Prompts);
        return _stages.Track<IReadOnlyList<SettingResult>>(() =>
        {
            ScoredRun start = _stages.Start(Base, tests);
            SelectedHyperparameters selected = stored ?? Choose(start);
            return [.. plan.Settings.Select(r => Compare(r, start, selected, tests))];
        });
    }

    /// <summary>Stages replace folders below the output folder, so it must belong to a demonstration.</summary>
    private void RequireOwnFolder()
    {
        new OutputCheck(overwrite).Reads("--model", model).RequireDistinct("--out", output);
        bool isOwn = overwrite || !Directory.Exists(output) || File.Exists(Path.Combine(output, Mark));
        if (!isOwn && Directory.EnumerateFileSystemEntries(output).Any(e => Path.GetFileName(e) != RunLock.FileName))
            throw new InputException(
                $"--out {output}: the folder is not empty, and no demonstration wrote it; name another "
                    + "folder, or let it be written to with --overwrite");
    }

    private static string Weights(string model)
    {
        string path = Path.Combine(model, "model.safetensors");
        return File.Exists(path)
            ? FileHash.Sha256(path)
            : throw new InputException($"{path}: there is no such file; --model names a folder with a model, models/demo for example");
    }

    /// <summary>What was selected before, for every method that is needed.</summary>
    private SelectedHyperparameters Stored()
    {
        SelectedHyperparameters stored = SelectedHyperparameters.Read(Path.Combine(model, SelectedHyperparameters.FileName));
        if (stored.Model != _weights)
            log.Line($"{SelectedHyperparameters.FileName} was selected for other weights than {model} has; demo --full selects again");
        foreach (Setting setting in plan.Settings)
        {
            foreach (Method method in Method.All)
                stored.Of(setting.Name, method.Name, method);
            if (setting.StartsFromSft)
                stored.Of(setting.Name, SftStart, Method.Sft);
        }

        return stored;
    }

    /// <summary>How many stages there will be, for the progress lines.</summary>
    private static int Stages(ExperimentPlan plan)
    {
        int each = plan.Settings.Sum(
            r => plan.Seeds
                * ((r.StartsFromSft ? 1 : 0) + (r.Confound > 0 ? 1 : 0)
                    + Method.All.Sum(m => m.Sequences == 2 && plan.EqualTokens ? 2 : 1)));
        int choosing = plan.ValidationPrompts > 0
            ? 1 + plan.Settings.Sum(r => plan.Trials * ((r.StartsFromSft ? 1 : 0) + Method.All.Count)) : 0;
        return 1 + choosing + each;
    }

    private SettingResult Compare(Setting setting, ScoredRun start, SelectedHyperparameters selected, IReadOnlyList<PromptSet> tests)
    {
        int[] seeds = [.. Enumerable.Range(1, plan.Seeds)];
        string[] quads = QuadsOf(plan.Quads);
        List<ResultRow> rows = [new(Base, "base model", null, 0, [start])];
        ScoredRun[] starts = [.. seeds.Select(_ => start)];
        if (setting.StartsFromSft)
        {
            Planned first = Row(
                SftStart, Method.Sft, Chosen(SftStart, Method.Sft), "SFT, the start", ", the start", plan.Quads, quads, keepsWeights: true);
            starts = _stages.Run([first.Stages])[0];
            rows.Add(first.Row with { Runs = starts });
        }

        List<Planned> plans = [
            .. Method.All.Select(
                m => Row(
                    m.Name, m, Chosen(m.Name, m), setting.StartsFromSft && m == Method.Sft ? "SFT, once more" : m.Title, "", plan.Quads,
                    quads, keepsWeights: plan.Seeds == 1))];
        // What a method picks up that nobody asked for depends on how far it moves; the selected ones may hardly move it.
        if (setting.Confound > 0)
            plans.Add(Row(
                Method.Dpo.Name, Method.Dpo, Chosen(Method.Iopo.Name, Method.Iopo), Method.Dpo.Title + ", IOPO's hyperparameters",
                ", IOPO's hyperparameters", plan.Quads, quads, keepsWeights: false, IopoHyperparameters));
        if (plan.EqualTokens)
        {
            int twice = 2 * plan.Quads;
            string[] more = QuadsOf(twice);
            plans.AddRange(
                Method.All.Where(m => m.Sequences == 2)
                    .Select(m =>
                        Row(m.Name,
                            m, Chosen(m.Name, m), $"{m.Title}, twice the quads", ", equal tokens", twice, more, keepsWeights: false,
                            EqualTokens)));
        }

        rows.AddRange(plans.Zip(_stages.Run([.. plans.Select(p => p.Stages)]), (p, runs) => p.Row with { Runs = runs }));
        return new(setting, rows);

        string[] QuadsOf(int count) => [.. seeds.Select(s => _data.Quads(setting, s, count))];

        Hyperparameters Chosen(string name, Method method) => selected.Of(setting.Name, name, method);

        Planned Row(
            string name, Method method, Hyperparameters hyperparameters, string title, string what, int count, string[] files,
            bool keepsWeights, string suffix = "") => new(
            new(name + suffix, title, hyperparameters, count, []),
            [.. seeds.Select(
                (s, i) =>
                    new Stage(
                        $"{setting.Name}/{name}{suffix}/{s}", setting.Title + what, starts[i], method, hyperparameters, files[i], s, tests,
                        keepsWeights))]);
    }

    /// <summary>
    /// For each method the hyperparameters whose model does best on the validation prompts: IF-M, then the share of constraints obeyed; of
    /// equals the first of the grid.
    /// </summary>
    private SelectedHyperparameters Choose(ScoredRun start)
    {
        IReadOnlyList<PromptSet> validation = _data.Validation(plan.ValidationPrompts);
        SelectedHyperparameters selected = SelectedHyperparameters.None(_weights);
        _stages.Start("choosing/base", validation);
        foreach (Setting setting in plan.Settings)
        {
            string quads = _data.Quads(setting, SelectionSeed, plan.Quads);
            ScoredRun from = start;
            if (setting.StartsFromSft)
                from = Best([(SftStart, Method.Sft)], keepsWeights: true)[0];
            Best([.. Method.All.Select(m => (m.Name, m))], keepsWeights: false);

            ScoredRun[] Best(IReadOnlyList<(string Name, Method Method)> rows, bool keepsWeights)
            {
                ScoredRun[][] trials = _stages.Run([.. rows.Select(r => r.Method.Grid.Take(plan.Trials).Select((c, n) =>
                    new Stage(
                        $"choosing/{setting.Name}/{r.Name}/{n}", $"{setting.Title}, choosing", from, r.Method, c, quads, SelectionSeed,
                        validation, keepsWeights)).ToArray())]);
                return [.. rows.Zip(trials, (r, own) =>
                {
                    IReadOnlyList<Hyperparameters> grid = r.Method.Grid;
                    ScoredRun best = own.MaxBy(f => (f.Scores.IfM(true).Value, f.Scores.Mean(true).Value))!;
                    Hyperparameters hyperparameters = grid[Array.IndexOf(own, best)];
                    selected.Set(setting.Name, r.Name, hyperparameters);
                    if (hyperparameters.LearningRate == grid[0].LearningRate || hyperparameters.LearningRate == grid[^1].LearningRate)
                        log.Line(
                            $"{setting.Title}: {r.Method.Title}: the best learning rate is at the edge of those tried ({hyperparameters})");
                    return best;
                })];
            }
        }

        string own = Path.Combine(output, SelectedHyperparameters.OwnFile), used = Path.Combine(model, SelectedHyperparameters.FileName);
        selected.Write(own);
        if (plan.IsWhole)
            selected.Write(used);
        log.Line(
            $"hyperparameters selected on {plan.ValidationPrompts} validation prompts: {own}; {used} "
                + $"{(plan.IsWhole ? "now holds them" : "stays as it was, for this is a trial")}");
        return selected;
    }

    /// <summary>A row without its runs, and what is to be run for it.</summary>
    private sealed record Planned(ResultRow Row, Stage[] Stages);
}
