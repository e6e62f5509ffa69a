using TraceFast.Evaluation.Judging;
using TraceFast.Inference.Generation;
using TraceFast.Synthesis.Failures;
using TraceFast.Synthesis.Model;

namespace TraceFast.Cli.Commands;

/// <summary>Samples answers of a model and keeps those that break what was asked.</summary>
internal static class FailuresCommand
{
    private const string Pairs = "pairs", Quads = "quads";

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        GenerationOptions generation = new(modelRequired: true, maxNewTokens: 512, temperature: 1);
        JudgeOptions judge = new([QuadPrompts.CheckAnswer]);
        Option<string[]> data = new("--data")
        {
            Description = "files of records that list their constraints, as data synth, data quads and data relabel write them",
            Required = true, AllowMultipleArgumentsPerToken = true,
        };
        Option<string> target = new("--out")
        {
            Description = $"file for the records; samples are kept next to it (FILE{OwnAnswers.Ending}), where an interrupted run is "
                + "resumed",
            Required = true,
        };
        Option<string> layout = new("--layout")
        {
            Description = "pairs (a failing answer rejected), or quads: the quads of --data with failed1, failed2, passed1, passed2",
            DefaultValueFactory = _ => Pairs,
        };
        layout.AcceptOnlyFromAmong(Pairs, Quads);
        Option<int?> limit = NumberOptions.OptionalWhole(
            "--limit", "records of --data that are read, from the start; default: all", least: 1, most: int.MaxValue);
        Option<int> samples = NumberOptions.Whole("--samples", "answers of each prompt", 4, least: 1, most: 1000);
        Option<bool> json = new("--json") { Description = "write the report as one JSON object" };
        Command command = new(
            "failures",
            "Own failures: samples answers of a model, checks them, and writes those that break what was asked as rejected answers, "
                + "against a sample that breaks nothing or the data's answer where that breaks less.\n"
                + "Example: tracefast data failures --model models/demo --data models/demo/data/quads.jsonl --limit 4 --out "
                + "artifacts/failures.jsonl --max-new-tokens 128")
        {
            data, limit, target, layout, samples, json,
        };
        generation.AddTo(command);
        judge.AddTo(command);
        command.SetAction(parsed => RankedCommand.RunAsync(streams, async (ranks, log) =>
        {
            ModelChoice choice = generation.Read(parsed, ranks.Processors)!; // the option is required
            string[] files = parsed.GetValue(data)!;
            string output = parsed.GetValue(target)!, sampled = output + OwnAnswers.Ending;
            int each = parsed.GetValue(samples);
            OutputCheck outputs = judge.AddInputs(parsed, choice.Inputs().Reads("--data", files));
            outputs.File("--out", output);
            EvalDecoding.Check(outputs, "--out, next to it", sampled);
            IReadOnlyList<FailurePrompt> prompts = FailureRun.Prompts(files, parsed.GetValue(limit));
            if (prompts.Count == 0)
                throw new InputException($"{string.Join(", ", files)}: no record; expected records that list their constraints");
            using JudgeSession? session = ranks.Writes ? judge.Open(parsed, streams.Log) : null;
            string folder = choice.Exported(ranks, log.Line, interrupt);
            using TextModel opened = choice.Open(folder);
            GenerationDefaults.LogIgnored(opened.GenerationConfig, choice.Settings, "samples are taken as the options say", log.Line);
            OwnAnswers.Sample(
                opened, folder, choice, () => OwnAnswers.Rows(prompts, each, choice.Settings.Sampling.Seed), sampled, ranks, log,
                interrupt);
            if (!ranks.Writes)
                return ExitCodes.Done;
            string[][] texts = OwnAnswers.Texts(OwnAnswers.Read(sampled, prompts.Count, each));
            AnswerChecks checks = session is null ? AnswerChecks.ByProgram(prompts, texts)
                : await AnswerChecks.WithJudge(
                    prompts, texts, session.Judge, session.Options.Concurrency, (done, all) => session.Report(new JudgeProgress(done, all)),
                    interrupt).ConfigureAwait(false);
            FailureReport report = FailureRun.Write(
                prompts, texts, checks, parsed.GetValue(layout) == Quads, choice.Settings.Sampling.Seed, output);
            if (checks.PromptsForJudge > 0)
                log.Line(session is null
                    ? $"{checks.PromptsForJudge} of {prompts.Count} prompts state constraints that only a judge decides; these are not "
                        + "checked (--judge URL --judge-model NAME)"
                    : $"the judge was asked about {checks.Judged.Asked} answers that break nothing else; of {checks.Judged.Undecided} it "
                        + "gave no verdict, and they are left out");
            string sampling = EvalDecoding.Sampling(choice.Settings);
            if (parsed.GetValue(json))
                WriteJson(report, output, sampling, streams);
            else
                WriteText(report, output, sampling, streams);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static void WriteText(FailureReport report, string output, string sampling, CommandStreams streams)
    {
        streams.Text.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Samples} samples of {report.Prompts} prompts ({sampling}), {report.Passing} break nothing; {report.Written} "
                    + $"records written to {output}, {report.Empty} rejected answers are empty"));
        foreach ((FailureOutcome outcome, int count) in report.Outcomes)
            streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,7} prompts: {NameOf(outcome)}"));
    }

    private static string NameOf(FailureOutcome outcome) => outcome switch
    {
        FailureOutcome.AgainstSample => "a failing sample against a passing one",
        FailureOutcome.AgainstData => "a failing sample against the data's answer, since no sample passes",
        FailureOutcome.NoFailure => "no sample fails",
        FailureOutcome.NothingBetter => "no sample passes, and the data has no answer that breaks less",
        _ => "no constraint that is checked",
    };

    private static void WriteJson(FailureReport report, string output, string sampling, CommandStreams streams) =>
        new JsonOutput(streams.Output).Line(json =>
    {
        json.WriteString("file", output);
        json.WriteString("sampling", sampling);
        json.WriteNumber("prompts", report.Prompts);
        json.WriteNumber("samples", report.Samples);
        json.WriteNumber("passing", report.Passing);
        json.WriteNumber("written", report.Written);
        json.WriteNumber("empty", report.Empty);
        json.WriteStartObject("outcomes");
        foreach ((FailureOutcome outcome, int count) in report.Outcomes)
            json.WriteNumber(outcome.ToString(), count);
        json.WriteEndObject();
    });
}
