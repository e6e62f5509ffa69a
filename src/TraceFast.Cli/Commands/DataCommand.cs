using System.CommandLine;
using System.Globalization;
using TraceFast.Data;
using TraceFast.Data.Statistics;
using TraceFast.Tokenization;

namespace TraceFast.Cli.Commands;

/// <summary>Looks at training data without a model.</summary>
internal static class DataCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt) => new("data", "Checks and describes training data.\nExample: tracefast data validate models/demo/data/quads.jsonl --stage iopo")
    {
        Validate(streams), Stats(streams), QuadsCommand.Create(streams, interrupt),
    };

    private static Command Validate(CommandStreams streams)
    {
        (Argument<string[]> names, Option<string> stage, Option<string> folder, Option<bool> json) = Inputs();
        Command command = new("validate", "Reads every record and lists each that the stage can not train on, with file:line and reason; exit 2 if there is one.\nExample: tracefast data validate models/demo/data/quads.jsonl --stage iopo")
        {
            names, stage, folder, json,
        };
        command.SetAction(parsed =>
        {
            ValidationReport report = ValidationReport.Of(Options(parsed, names, stage, folder, streams));
            if (parsed.GetValue(json))
            {
                streams.Output.WriteLine(report.ToJson());
            }
            else
            {
                foreach (BadRecord bad in report.BadRecords)
                    streams.Output.WriteLine(bad);
                streams.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Records} records, {report.Good} good, {report.BadRecords.Count} bad"));
            }
            return report.IsValid ? ExitCodes.Done : ExitCodes.BadInput;
        });
        return command;
    }

    private static Command Stats(CommandStreams streams)
    {
        (Argument<string[]> names, Option<string> stage, Option<string> folder, Option<bool> json) = Inputs();
        Option<string?> tokenizer = new("--tokenizer") { Description = "folder with tokenizer.json: lengths in tokens too" };
        Option<bool> skip = new("--skip-bad") { Description = "leave bad records out instead of refusing" };
        Command command = new("stats", "Describes the records: kinds, turns, lengths, scripts, duplicates.\nExample: tracefast data stats models/demo/data/quads.jsonl --stage iopo --tokenizer models/demo")
        {
            names, stage, folder, tokenizer, skip, json,
        };
        command.SetAction(parsed =>
        {
            DataSetOptions options = Options(parsed, names, stage, folder, streams) with { OnBadRecord = parsed.GetValue(skip) ? OnBadRecord.Skip : OnBadRecord.Error };
            Tokenizer? counter = parsed.GetValue(tokenizer) is { } path ? Tokenizer.Load(path) : null;
            DataStatistics statistics = DataStatistics.Of(DataSet.Load(options), counter == null ? null : text => counter.Encode(text).Length);
            if (parsed.GetValue(json))
                streams.Output.WriteLine(statistics.ToJson());
            else
                StatisticsText.Write(statistics, streams.Output);
            return ExitCodes.Done;
        });
        return command;
    }

    private static (Argument<string[]> Names, Option<string> Stage, Option<string> Folder, Option<bool> Json) Inputs()
    {
        Option<string> stage = new("--stage") { Description = "what the records are for: sft, dpo or iopo", DefaultValueFactory = _ => "iopo" };
        stage.AcceptOnlyFromAmong("sft", "dpo", "iopo");
        return (
            new Argument<string[]>("data") { Description = "files (.json, .jsonl) or entries of dataset_info.json", Arity = ArgumentArity.OneOrMore },
            stage,
            new Option<string>("--dataset-dir") { Description = "folder of dataset_info.json", DefaultValueFactory = _ => "data" },
            new Option<bool>("--json") { Description = "write the report as one JSON object" });
    }

    private static DataSetOptions Options(ParseResult parsed, Argument<string[]> names, Option<string> stage, Option<string> folder, CommandStreams streams) => new()
    {
        Names = parsed.GetValue(names)!,
        Stage = Enum.Parse<Stage>(parsed.GetValue(stage)!, ignoreCase: true),
        Directory = parsed.GetValue(folder)!,
        Notice = streams.Log.WriteLine,
    };
}
