using TraceFast.Data;
using TraceFast.Models;
using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Cli.Demo;

/// <summary>One line of a regime's table: a method with its runs, one for each seed.</summary>
/// <param name="Name">Stable, as in JSON.</param>
/// <param name="Title">As in tables.</param>
/// <param name="Choice">Its settings; null: nothing was trained.</param>
/// <param name="Quads">Of one run.</param>
/// <param name="Fits">One for each seed.</param>
internal sealed record DemoRow(string Name, string Title, DemoChoice? Choice, int Quads, IReadOnlyList<DemoFit> Fits);

/// <summary>A regime's rows: base, the start where it is another, the methods.</summary>
internal sealed record DemoRegimeResult(DemoRegime Regime, IReadOnlyList<DemoRow> Rows)
{
    public DemoRow Row(string name) => Rows.Single(r => r.Name == name);
}

/// <summary>Compares the methods in each regime: writes data, chooses settings where the plan says so, trains and scores.</summary>
internal sealed class DemoStudy(DemoPlan plan, string model, string output, IRunLog log, CancellationToken interrupt)
{
    public const string Base = "base", SftStart = "start";

    /// <summary>Of the quads by which settings are chosen; seeds of the comparison count from 1.</summary>
    private const int ChoosingSeed = 101;

    private readonly string _weights = FileHash.Sha256(Path.Combine(model, "model.safetensors"));

    private readonly DemoData _data = new(Path.Combine(output, "data"), interrupt);
    private readonly DemoFits _fits = new(model, output, log, interrupt);

    public IReadOnlyList<DemoRegimeResult> Run()
    {
        _fits.Stages = Stages();
        DemoChoices? stored = plan.ValidationPrompts > 0 ? null : Stored();
        using FileStream held = Hold();
        log.Line("writing quads and prompts");
        IReadOnlyList<DemoSet> tests = _data.Tests(plan.Prompts);
        DemoFit start = _fits.Start(Base, tests);
        DemoChoices choices = stored ?? Choose(start);
        return [.. plan.Regimes.Select(r => Compare(r, start, choices, tests))];
    }

    /// <summary>One process at a time: two would remove each other's stages.</summary>
    private FileStream Hold()
    {
        string path = Path.Combine(Directory.CreateDirectory(output).FullName, ".lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new InputException($"{path}: another demonstration works in this folder ({e.Message}); wait for it, or name another --out", e);
        }
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

    private int Stages()
    {
        int each = plan.Regimes.Sum(r => plan.Seeds * ((r.StartsFromSft ? 1 : 0) + DemoMethod.All.Sum(m => m.Sequences == 2 && plan.EqualTokens ? 2 : 1)));
        int choosing = plan.ValidationPrompts > 0 ? 1 + plan.Regimes.Sum(r => (r.StartsFromSft ? DemoMethod.Sft.Grid.Count : 0) + DemoMethod.All.Sum(m => m.Grid.Count)) : 0;
        return 1 + choosing + each;
    }

    private DemoRegimeResult Compare(DemoRegime regime, DemoFit start, DemoChoices choices, IReadOnlyList<DemoSet> tests)
    {
        List<DemoRow> rows = [new(Base, "base model", null, 0, [start])];
        int[] seeds = [.. Enumerable.Range(1, plan.Seeds)];
        string[] quads = [.. seeds.Select(s => _data.Quads(regime, s, plan.Quads))];
        DemoFit[] starts = [.. seeds.Select(_ => start)];
        if (regime.StartsFromSft)
        {
            DemoChoice choice = choices.Of(regime.Name, SftStart, DemoMethod.Sft);
            starts = [.. seeds.Select((s, i) => _fits.Run($"{regime.Name}/{SftStart}/{s}", $"{regime.Title}, the start", start, DemoMethod.Sft, choice, quads[i], s, tests, keepsWeights: true))];
            rows.Add(new(SftStart, "SFT, the start", choice, plan.Quads, starts));
        }

        foreach (DemoMethod method in DemoMethod.All)
        {
            DemoChoice choice = choices.Of(regime.Name, method.Name, method);
            string title = regime.StartsFromSft && method == DemoMethod.Sft ? "SFT, once more" : method.Title;
            rows.Add(new(
                method.Name, title, choice, plan.Quads,
                [.. seeds.Select((s, i) => _fits.Run($"{regime.Name}/{method.Name}/{s}", regime.Title, starts[i], method, choice, quads[i], s, tests, keepsWeights: plan.Seeds == 1))]));
        }

        if (plan.EqualTokens)
        {
            int twice = 2 * plan.Quads;
            string[] more = [.. seeds.Select(s => _data.Quads(regime, s, twice))];
            foreach (DemoMethod method in DemoMethod.All.Where(m => m.Sequences == 2))
            {
                DemoChoice choice = choices.Of(regime.Name, method.Name, method);
                rows.Add(new(
                    method.Name + "_equal_tokens", $"{method.Title}, twice the quads", choice, twice,
                    [.. seeds.Select((s, i) => _fits.Run($"{regime.Name}/{method.Name}_equal_tokens/{s}", $"{regime.Title}, equal tokens", starts[i], method, choice, more[i], s, tests, keepsWeights: false))]));
            }
        }

        return new(regime, rows);
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
                from = Best(SftStart, DemoMethod.Sft, from, keepsWeights: true);
            foreach (DemoMethod method in DemoMethod.All)
                Best(method.Name, method, from, keepsWeights: false);

            DemoFit Best(string name, DemoMethod method, DemoFit from, bool keepsWeights)
            {
                (DemoChoice Choice, DemoFit Fit) best = method.Grid
                    .Select((c, n) => (Choice: c, Fit: _fits.Run($"choosing/{regime.Name}/{name}/{n}", $"{regime.Title}, choosing", from, method, c, quads, ChoosingSeed, validation, keepsWeights)))
                    .MaxBy(t => (t.Fit.Scores.IfM(true).Value, t.Fit.Scores.Mean(true).Value));
                choices.Set(regime.Name, name, best.Choice);
                if (best.Choice.LearningRate == method.Grid[0].LearningRate || best.Choice.LearningRate == method.Grid[^1].LearningRate)
                    log.Line($"{regime.Title}: {method.Title}: the best learning rate is at the edge of those tried ({best.Choice})");
                return best.Fit;
            }
        }

        string chosen = Path.Combine(model, DemoChoices.FileName);
        choices.Write(chosen);
        log.Line($"settings chosen on {plan.ValidationPrompts} validation prompts: {chosen}");
        return choices;
    }
}
