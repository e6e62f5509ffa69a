using TraceFast.Synthesis;
using TraceFast.Synthesis.Hindsight;
using TraceFast.Synthesis.Synthetic;

namespace TraceFast.Cli.Commands;

/// <summary>Rewrites instructions so that their answers obey them.</summary>
internal static class RelabelCommand
{
    private static readonly (string Name, HindsightRest Kind)[] s_rests =
        [("keep", HindsightRest.Keep), ("drop-record", HindsightRest.DropRecord), ("remove-constraint", HindsightRest.RemoveConstraint)];

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string[]> data = new("--data")
        {
            Description = "files (.json, .jsonl, .parquet), or with --stage entries of dataset_info.json too", Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> target = new("--out") { Description = "file for the records, one a line; Parquet if it ends in .parquet",
            Required = true };
        Option<string?> stage = new("--stage")
        {
            Description = "how records are read that do not list their constraints: sft, dpo or iopo",
        };
        stage.AcceptOnlyFromAmong("sft", "dpo", "iopo");
        Option<string> folder = new("--dataset-dir") { Description = "folder of dataset_info.json", DefaultValueFactory = _ => "data" };
        Option<string> rest = new("--rest")
        {
            Description = "what becomes of what cannot be rewritten: keep (it stays, listed as broken), drop-record, remove-constraint",
            DefaultValueFactory = _ => s_rests[0].Name,
        };
        rest.AcceptOnlyFromAmong([.. s_rests.Select(r => r.Name)]);
        Option<string[]> types = SynthCommand.TypesOption("only these types of constraint are asked for; default: all");
        Option<string[]> holdOut = SynthCommand.HoldOutOption(
            "template=, type= or combination= and the share that is kept out of the instructions, as data synth kept it out");
        Option<ulong> seed = NumberOptions.Seed("draws what is asked for instead; same seed, same bytes", 42);
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing file of --out" };
        Option<bool> json = new("--json") { Description = "write the report as one JSON object" };
        Command command = new(
            "relabel", "Hindsight: where an answer breaks constraints of its instruction, the instruction is rewritten so that the answer "
                + "obeys it; each rewrite is checked. On quads both sides.\n"
                + "Example: tracefast data relabel --data models/demo/data/quads.jsonl --out artifacts/relabeled.jsonl")
        {
            data, target, stage, folder, rest, types, holdOut, seed, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(data)!;
            string output = parsed.GetValue(target)!;
            HindsightRun run = new(new HindsightOptions
            {
                Seed = parsed.GetValue(seed),
                Types = SynthCommand.TypesOf(parsed, types),
                HoldOut = SynthCommand.HoldOutOf(parsed, holdOut),
                Rest = s_rests.Single(r => r.Name == parsed.GetValue(rest)).Kind,
            });
            OutputCheck check = new(parsed.GetValue(overwrite));
            HindsightReport report;
            if (parsed.GetValue(stage) is { } name)
            {
                DataSetOptions options = new()
                {
                    Names = names, Stage = Enum.Parse<Stage>(name, ignoreCase: true), Directory = parsed.GetValue(folder)!,
                    Notice = streams.Log.WriteLine,
                };
                check.Reads("--data", options.Files()).File("--out", output);
                DataSetStream records = new(options);
                report = run.Write(records.Read(), records.ThrowIfBad, output, interrupt);
            }
            else
            {
                check.Reads("--data", names).File("--out", output);
                if (names.FirstOrDefault(file => !HindsightRun.Lists(file)) is { } without)
                    throw new InputException(
                        $"{without}: the records list no constraints; say with --stage sft, dpo or iopo what they are, and their "
                            + "instructions are read");
                report = run.Write(names, output, interrupt);
            }
            if (parsed.GetValue(json))
                WriteJson(report, output, streams);
            else
                WriteText(report, output, streams);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void WriteText(HindsightReport report, string output, CommandStreams streams)
    {
        streams.Text.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Read} records read: {report.Obeyed} broke nothing, {report.Rewritten} were rewritten, {report.Rest} only in part or "
                    + $"not at all; written to {output}"));
        streams.Text.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{report.Relabeled} of {report.Broken} broken constraints were rewritten"));
        foreach ((string type, HindsightOutcome outcome, int count) in report.Outcomes)
            streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,7} {type}: {NameOf(outcome)}"));
    }

    private static string NameOf(HindsightOutcome outcome) => outcome switch
    {
        HindsightOutcome.Argument => "another argument",
        HindsightOutcome.Conflict => "a conflicting constraint",
        HindsightOutcome.Neighbor => "another type",
        HindsightOutcome.NothingFits => "left: nothing fits",
        HindsightOutcome.NotStated => "left: the instruction does not have its statement once, word for word",
        HindsightOutcome.InsideSentence => "left: a sentence says it that says other things too",
        HindsightOutcome.NoContrast => "left: the other answer would obey the new instruction as well",
        _ => "removed",
    };

    private static void WriteJson(HindsightReport report, string output, CommandStreams streams) =>
        new JsonOutput(streams.Output).Line(json =>
    {
        json.WriteString("file", output);
        json.WriteNumber("read", report.Read);
        json.WriteNumber("obeyed", report.Obeyed);
        json.WriteNumber("rewritten", report.Rewritten);
        json.WriteNumber("rest", report.Rest);
        json.WriteNumber("broken", report.Broken);
        json.WriteNumber("relabeled", report.Relabeled);
        json.WriteStartArray("outcomes");
        foreach ((string type, HindsightOutcome outcome, int count) in report.Outcomes)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("outcome", outcome.ToString());
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
