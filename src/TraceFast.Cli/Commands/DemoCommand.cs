using System.Diagnostics;
using TraceFast.Experiments;
using TraceFast.Data.Progress;

namespace TraceFast.Cli.Commands;

/// <summary>
/// Trains a small model with SFT, DPO and IOPO on the same quads, lets each answer unseen instructions, and shows how many
/// constraints they obey.
/// </summary>
internal static class DemoCommand
{
    public const string Name = "demo";

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        string root = DemoModel.Root;
        Option<string> model = new("--model") { Description = "folder of the model to start from",
            DefaultValueFactory = _ => DemoModel.Folder };
        Option<string?> output = new("--out")
        {
            Description = "folder for data, runs and report.html; finished stages are not run again "
                + "[default: artifacts/demo, with --full artifacts/demo-full]",
        };
        Option<bool> full = new("--full")
        {
            Description = "all settings, five seeds, hyperparameters selected on a validation "
                + "split, comparison at equal tokens too: up to two hours",
        };
        Option<string[]> settings = new("--setting", "--regime")
        {
            Description = "only these: " + string.Join(", ", Setting.All.Select(r => r.Name)),
            AllowMultipleArgumentsPerToken = true,
        };
        settings.AcceptOnlyFromAmong([.. Setting.All.Select(r => r.Name)]);
        Option<int?> quads = NumberOptions.OptionalWhole("--quads", "quads of one training run", least: 8);
        Option<int?> prompts = NumberOptions.OptionalWhole(
            "--prompts", "test prompts of each domain with several constraints; half as many with one; with --full also validation prompts",
            least: 6);
        Option<int?> seeds = NumberOptions.OptionalWhole("--seeds", "training runs of each method", least: 1);
        Option<int?> trials = NumberOptions.OptionalWhole(
            "--trials", "with --full: hyperparameters tried for each method, the first ones of the grid", least: 1,
            most: ExperimentPlan.Full.Trials);
        Option<bool> remake = new("--remake")
        {
            Description = "first train the model from scratch: its data, tokenizer and weights (some minutes)",
        };
        Option<int> seed = NumberOptions.Whole("--seed", "with --remake: of data and weights", 1, least: 0);
        Option<bool> overwrite = new("--overwrite")
        {
            Description = "write to --out although it holds other files; files in the place of a stage are replaced",
        };
        Option<bool> json = new("--json") { Description = "write the table as one JSON object" };
        Command command = new(
            Name, "Trains the small model in models/demo with SFT, DPO and IOPO on the same quads and compares how many constraints their "
                + "answers obey.\nExample: tracefast demo\nExample: tracefast demo --full --out artifacts/study")
        {
            model, output, full, settings, quads, prompts, seeds, trials, remake, seed, overwrite, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(seed) is { Implicit: false } && !result.IsSet(remake))
                result.AddError(
                    "--seed is for the model that --remake trains: expected --remake too (--seeds is the number of training runs)");
            if (result.GetResult(trials) is { Implicit: false } && !result.IsSet(full))
                result.AddError("--trials is for demo --full, which selects hyperparameters: expected --full too");
        });
        command.SetAction(parsed =>
        {
            IRunLog log = RunLogs.For(streams);
            string folder = parsed.GetValue(model)!;
            if (parsed.GetValue(remake))
                BaseModel.Make(folder, Path.Combine(root, "artifacts", "demo-model"), parsed.GetValue(seed), log, interrupt);
            ExperimentPlan plan = parsed.GetValue(full) ? ExperimentPlan.Full : ExperimentPlan.Quick;
            plan = plan with
            {
                Quads = parsed.GetValue(quads) ?? plan.Quads,
                Prompts = parsed.GetValue(prompts) ?? plan.Prompts,
                ValidationPrompts = plan.ValidationPrompts > 0 ? parsed.GetValue(prompts) ?? plan.ValidationPrompts : 0,
                Seeds = parsed.GetValue(seeds) ?? plan.Seeds,
                Trials = parsed.GetValue(trials) ?? plan.Trials,
                Settings = parsed.GetValue(settings) is { Length: > 0 } names
                    ? [.. Setting.All.Where(r => names.Contains(r.Name))] : plan.Settings,
            };
            string target = parsed.GetValue(output) ?? Path.Combine(root, "artifacts", parsed.GetValue(full) ? "demo-full" : "demo");
            long began = Stopwatch.GetTimestamp();
            IReadOnlyList<SettingResult> results = new Experiment(
                plan, OwnProgram.Command, folder, target, parsed.GetValue(overwrite), log, interrupt).Run();
            string page = Path.Combine(target, "report.html");
            OutputFile.Write(page, ResultPage.Render(results, plan));
            log.Line(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0} s; report: {page}"));
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => ResultTable.Write(results, w));
            else
                ResultTable.Write(results, plan, streams.Text, streams.Width);
            return ExitCodes.Done;
        });
        return command;
    }
}
