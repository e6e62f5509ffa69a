using TraceFast.Synthesis;
using TraceFast.Synthesis.FromPreference;
using TraceFast.Synthesis.FromSft;
using TraceFast.Synthesis.Model;

namespace TraceFast.Cli.Commands;

/// <summary>Makes quads from existing data.</summary>
internal static class QuadsCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> from = new("--from")
        {
            Description = "preference: records with chosen and rejected; sft: instructions with answers; model: instructions, which a "
                + "model behind --judge expands, answers and judges",
            Required = true,
        };
        from.AcceptOnlyFromAmong("preference", "sft", "model");
        Option<string[]> data = new("--data") { Description = "files (.json, .jsonl, .parquet) or entries of dataset_info.json",
            Required = true, AllowMultipleArgumentsPerToken = true };
        Option<string> folder = new("--dataset-dir") { Description = "folder of dataset_info.json", DefaultValueFactory = _ => "data" };
        Option<string> target = new("--out") { Description = "file to write (.jsonl or .parquet), or a folder that gets quads.jsonl",
            Required = true };
        Option<ulong> seed = NumberOptions.Seed("draws constraints and their templates; same seed, same bytes", 42);
        Option<bool> skip = new("--skip-bad") { Description = "skip bad records instead of failing" };
        ModelQuadsOptions model = new();
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing file of --out" };
        Option<bool> json = new("--json") { Description = "write the report as one JSON object" };
        Command command = new(
            "quads", "Makes checked quads from preference or SFT data: constraints that one answer obeys and the other violates are "
                + "written into the instructions; or with a model.\n"
                + "Example: tracefast data quads --from preference --data models/demo/examples/preference.jsonl --out "
                + "artifacts/quads.jsonl\nExample: tracefast data quads --from sft --data models/demo/examples/sft.jsonl --out "
                + "artifacts/quads-sft.jsonl\nWith a server at that address:\n"
                + "Example: tracefast data quads --from model --data models/demo/examples/sft.jsonl --judge http://localhost:8000/v1 "
                + "--judge-model NAME --out artifacts/quads-model.jsonl")
        {
            from, data, folder, target, seed, skip, overwrite, json,
            PromptsCommand.Create(streams, QuadPrompts.All, "tracefast data quads prompts artifacts/my-prompts"),
        };
        model.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            string way = parsed.GetValue(from)!;
            DataSetOptions options = new()
            {
                Names = parsed.GetValue(data)!,
                Stage = way == "preference" ? Stage.Dpo : Stage.Sft,
                Directory = parsed.GetValue(folder)!,
                OnBadRecord = parsed.GetValue(skip) ? OnBadRecord.Skip : OnBadRecord.Error,
                Notice = streams.Log.WriteLine,
            };
            DataSetStream records = new(options);
            model.AddInputs(parsed, new OutputCheck(parsed.GetValue(overwrite)).Reads("--data", options.Files()))
                .File("--out", QuadRun.FileOf(parsed.GetValue(target)!));
            using JudgeSession? session = model.Open(parsed, way == "model", streams.Log);
            IQuadGenerator generator = way switch
            {
                "sft" => new SftQuads(Conversations(records), parsed.GetValue(seed)),
                "preference" => new PreferenceQuads(Pairs(records), parsed.GetValue(seed)),
                _ => model.Create(parsed, session!, parsed.GetValue(seed), drops => Seeds(records, drops)),
            };
            QuadRunReport report = QuadRun.Write(generator, parsed.GetValue(target)!, records.ThrowIfBad, interrupt);
            if (parsed.GetValue(json))
                WriteJson(report, records, streams);
            else
                WriteText(report, records, streams);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static IEnumerable<PairRecord> Pairs(DataSetStream stream)
    {
        foreach (TrainingRecord record in stream.Read())
        {
            yield return record as PairRecord
                ?? throw new InputException(
                    $"{record.Origin}: the record is a quad already; data quads --from preference reads records with chosen and rejected");
        }
    }

    /// <summary>All instructions, before any call: a bad record must not cost calls first.</summary>
    private static IReadOnlyList<ModelSeed> Seeds(DataSetStream records, DropCounts drops)
    {
        IReadOnlyList<ModelSeed> seeds = ModelSeed.Of(Conversations(records), drops);
        records.ThrowIfBad();
        return seeds;
    }

    private static IEnumerable<SftRecord> Conversations(DataSetStream stream)
    {
        foreach (TrainingRecord record in stream.Read())
            yield return record as SftRecord
                ?? throw new InputException($"{record.Origin}: the record is token ids; quads are made from text");
    }

    private static void WriteText(QuadRunReport report, DataSetStream records, CommandStreams streams)
    {
        streams.Text.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture, $"{records.RecordsRead} records read, {report.Quads} quads written to {report.File}"));
        foreach ((DropReason reason, int count) in report.Drops.All)
            streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  dropped {count,7} {reason}"));
        if (records.Bad.Count > 0)
            streams.Text.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"  left out {records.Bad.Count} bad records; the first is {records.Bad[0]}"));
        foreach ((string type, int count) in report.Types)
            streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  type    {count,7} {type}"));
    }

    private static void WriteJson(QuadRunReport report, DataSetStream records, CommandStreams streams) =>
        new JsonOutput(streams.Output).Line(json =>
    {
        json.WriteString("file", report.File);
        json.WriteNumber("records", records.RecordsRead);
        json.WriteNumber("bad_records", records.Bad.Count);
        json.WriteNumber("quads", report.Quads);
        json.WriteStartObject("dropped");
        foreach ((DropReason reason, int count) in report.Drops.All)
            json.WriteNumber(reason.ToString(), count);
        json.WriteEndObject();
        json.WriteStartObject("types");
        foreach ((string type, int count) in report.Types)
            json.WriteNumber(type, count);
        json.WriteEndObject();
    });
}
