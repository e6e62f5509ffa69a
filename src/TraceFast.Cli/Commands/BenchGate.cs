using TraceFast.Gate;
using TraceFast.Gate.Calibration;
using TraceFast.Gate.Reports;
using TraceFast.Gate.Running;

namespace TraceFast.Cli.Commands;

/// <summary>Decides whether a change of a repository makes it slower.</summary>
internal static class BenchGate
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string?> @base = new("--base")
        {
            Description = "the older version, any name of a commit (where head left the main branch)",
        };
        Option<string> head = HeadOption("the newer version, or worktree: the files as they are");
        Option<string> suite = SuiteOption("what is measured, YAML; see benchmarks/gate/README.md");
        Option<string?> output = new("--out")
        {
            Description = "where measurements are kept; a run that was interrupted goes on there (artifacts/gate/runs/...)",
            HelpName = "DIR",
        };
        Option<int> seed = NumberOptions.Whole("--seed", "of the order of processes", 1, least: 0);
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Option<bool> markdown = new("--markdown") { Description = "write Markdown, for a comment on a pull request" };
        Command command = new(
            "gate",
            "Builds two versions of the current folder's git repository, runs the suite's commands on both in turn, and decides whether "
                + "a row got slower.\nExit code 0: no regression; 1: a regression; 3: it cannot be decided.\n"
                + "Example: tracefast bench gate --base main --head worktree")
        {
            @base, head, suite, output, seed, json, markdown, Calibrate(streams, interrupt), History(streams),
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(markdown))
                throw new InputException("bench gate: found both --json and --markdown, expected one of them");
            GateOptions options = new()
            {
                SuiteFile = parsed.GetValue(suite)!, Base = parsed.GetValue(@base), Head = parsed.GetValue(head)!,
                Output = parsed.GetValue(output), Seed = parsed.GetValue(seed),
            };
            GateResult result = BenchmarkGate.Run(options, Directory.GetCurrentDirectory(), RunLogs.For(streams), interrupt);
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(writer => GateReport.WriteJson(result, writer));
            else if (parsed.GetValue(markdown))
                streams.Output.Write(GateReport.Markdown(result));
            else
                GateReport.Write(result, streams.Text, streams.Width);
            return result.Fails ? ExitCodes.Failed : result.CannotTell ? ExitCodes.Missing : ExitCodes.Done;
        });
        return command;
    }

    private static Option<string> SuiteOption(string description) => new("--suite")
    {
        Description = description, HelpName = "FILE", DefaultValueFactory = _ => BenchmarkGate.DefaultSuite,
    };

    private static Option<string> HeadOption(string description) => new("--head")
    {
        Description = description, DefaultValueFactory = _ => Repository.WorkingTree,
    };

    private static Command History(CommandStreams streams)
    {
        Argument<string> folder = new("DIR")
        {
            Description = "folder with results below it", DefaultValueFactory = _ => BenchmarkGate.RunsFolder,
        };
        Option<string> html = new("--html") { Description = "the page", HelpName = "FILE", Required = true };
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing page" };
        Command command = new(
            "history",
            "Writes a page with the results of earlier runs: a curve for each row, and where it changed.\n"
                + "Example: tracefast bench gate history artifacts/gate/runs --html artifacts/gate.html")
        {
            folder, html, overwrite,
        };
        command.SetAction(parsed =>
        {
            string page = parsed.GetValue(html)!, results = parsed.GetValue(folder)!;
            IReadOnlyList<HistoryRun> runs = GateHistory.Read(results);
            new OutputCheck(parsed.GetValue(overwrite)).Reads("DIR", results).Reads("DIR", runs.Select(r => r.Path)).File("--html", page);
            OutputFile.Write(page, GateHistory.Page(results, runs));
            streams.Text.WriteLine($"{page}: {runs.Count} runs");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Calibrate(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> head = HeadOption("version that is measured against itself, or worktree");
        Option<string> suite = SuiteOption("suite whose commands say how to inject work");
        Option<string> output = new("--out")
        {
            Description = "file of outcomes; a calibration that was interrupted goes on there", HelpName = "FILE", Required = true,
        };
        Option<int> equal = NumberOptions.Whole("--equal", "runs of equal arms", 300, least: 0);
        Option<int> injected = NumberOptions.Whole("--injected", "runs of each size of injected work", 60, least: 0);
        Option<int[]> sizes = NumberOptions.Wholes("--sizes", "per cent of injected work", [2, 5, 10], least: 1, most: 1000);
        Option<int> seed = NumberOptions.Whole("--seed", "of the order of runs", 1, least: 0);
        Option<string> note = new("--note")
        {
            Description = "what else the machine does, for the report", DefaultValueFactory = _ => "quiet",
        };
        Option<bool> markdown = new("--markdown") { Description = "write Markdown" };
        Command command = new(
            "calibrate",
            "Runs the gate on one version against itself many times, without and with injected work, and counts how often it errs.\n"
                + "Example: tracefast bench gate calibrate --equal 300 --injected 60 --out artifacts/calibration.jsonl")
        {
            head, suite, output, equal, injected, sizes, seed, note, markdown,
        };
        command.SetAction(parsed =>
        {
            CalibrationOptions options = new()
            {
                SuiteFile = parsed.GetValue(suite)!, Head = parsed.GetValue(head)!, Output = parsed.GetValue(output)!,
                Equal = parsed.GetValue(equal), Injected = parsed.GetValue(injected),
                Sizes = [.. parsed.GetValue(sizes)!.Select(s => (double)s)], Seed = parsed.GetValue(seed), Note = parsed.GetValue(note)!,
            };
            CalibrationRecord record = GateCalibration.Run(options, Directory.GetCurrentDirectory(), RunLogs.For(streams), interrupt);
            if (parsed.GetValue(markdown))
                streams.Output.Write(CalibrationReport.Markdown(record));
            else
                CalibrationReport.Write(record, streams.Text, streams.Width);
            return ExitCodes.Done;
        });
        return command;
    }
}
