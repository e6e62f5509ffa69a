using TraceFast.Synthesis;
using TraceFast.Data.Statistics;
using TraceFast.Evaluation;
using TraceFast.Tokenization;

namespace TraceFast.Cli.Commands;

/// <summary>Checks and describes training data; needs no model.</summary>
internal static class DataCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt) =>
        new("data",
            "Checks, describes and makes training data.\nExample: tracefast data validate models/demo/data/quads.jsonl --stage iopo")
    {
        Validate(streams), Stats(streams), SynthCommand.Create(streams, interrupt), QuadsCommand.Create(streams, interrupt),
        DedupCommand.Create(streams, interrupt), RelabelCommand.Create(streams, interrupt),
        FailuresCommand.Create(streams, interrupt),
    };

    private static Command Validate(CommandStreams streams)
    {
        (Argument<string[]> names, Option<string> stage, Option<string> folder, Option<bool> json) = Inputs();
        Command command = new(
            "validate",
            "Reads every record and lists each that the stage cannot train on, with its place (file:line; file: record N in Parquet) and "
                + "reason, and each quad whose answers do not match its constraints; exit 2 if there is one.\n"
                + "Example: tracefast data validate models/demo/data/quads.jsonl --stage iopo")
        {
            names, stage, folder, json,
        };
        command.SetAction(parsed =>
        {
            ValidationReport report = ValidationReport.Of(Options(parsed, names, stage, folder, streams));
            report = CheckConstraints(report, streams);
            if (parsed.GetValue(json))
            {
                streams.Output.WriteLine(report.ToJson());
            }
            else
            {
                foreach (BadRecord bad in report.BadRecords)
                    streams.Text.WriteLine(bad);
                streams.Text.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture, $"{report.Records} records, {report.Good} good, {report.BadRecords.Count} bad"));
            }
            return report.IsValid ? ExitCodes.Done : ExitCodes.BadInput;
        });
        return command;
    }

    private static Command Stats(CommandStreams streams)
    {
        (Argument<string[]> names, Option<string> stage, Option<string> folder, Option<bool> json) = Inputs();
        Option<string?> tokenizer = new("--tokenizer")
        {
            Description = "folder with tokenizer.json or tokenizer.model: lengths in tokens too",
        };
        Option<bool> skip = new("--skip-bad") { Description = "skip bad records instead of failing" };
        Option<string?> html = new("--html")
        {
            Description = "write lengths, scripts and charts of the constraints to this page; it opens offline",
        };
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing page of --html" };
        Command command = new(
            "stats", "Describes records to train on, or the prompts of a benchmark that eval reads: layouts, turns, lengths, scripts, "
                + "duplicates, and their constraints.\n"
                + "Example: tracefast data stats models/demo/data/quads.jsonl --stage iopo --tokenizer models/demo")
        {
            names, stage, folder, tokenizer, skip, html, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            DataSetOptions options = Options(parsed, names, stage, folder, streams) with
            {
                OnBadRecord = parsed.GetValue(skip) ? OnBadRecord.Skip : OnBadRecord.Error,
            };
            if (parsed.GetValue(html) is { } output)
                new OutputCheck(parsed.GetValue(overwrite)).Reads("data", options.Files()).Reads("--tokenizer", parsed.GetValue(tokenizer))
                    .File("--html", output);
            Tokenizer? counter = parsed.GetValue(tokenizer) is { } path ? Tokenizer.Load(path) : null;
            DataStatistics statistics = Describe(options, counter == null ? null : text => counter.Encode(text).Length, streams);
            ConstraintStatistics? constraints = ConstraintsOf(statistics.Sources);
            if (parsed.GetValue(html) is { } page)
                OutputFile.Write(page, StatisticsPage.Render(statistics, constraints));
            if (parsed.GetValue(json))
                streams.Output.WriteLine(StatisticsText.ToJson(statistics, constraints));
            else
                StatisticsText.Write(statistics, constraints, streams.Text);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Reads the files of benchmarks as prompts, all others as the stage does.</summary>
    private static DataStatistics Describe(DataSetOptions options, Func<string, int>? countTokens, CommandStreams streams)
    {
        List<TrainingRecord> records = [];
        List<SourceReport> sources = [];
        List<string> others = [];
        foreach (string name in options.Names)
        {
            if (Benches.OfFile(name) is not { } bench)
            {
                others.Add(name);
                continue;
            }
            IReadOnlyList<BenchPrompt> prompts = bench.ReadPrompts(name);
            streams.Log.WriteLine($"{name}: {prompts.Count} prompts of the benchmark {bench.Name}");
            records.AddRange(prompts.Select((p, i) => new PromptRecord(new SourceLocation(name, 0, i), p.Messages)));
            sources.Add(
                new SourceReport(
                    name, [name], $"benchmark {bench.Name}", prompts.Count, 0, bench.Name == "constraints" ? [bench.Name] : []));
        }
        if (others.Count == 0)
            return DataStatistics.Of(options.Stage, records, sources, countTokens);
        DataSet data = DataSet.Load(options with { Names = others });
        return DataStatistics.Of(options.Stage, [.. data, .. records], [.. data.Sources, .. sources], countTokens);
    }

    /// <summary>Checks quads that state their constraints; files with unreadable records are skipped with a log line.</summary>
    private static ValidationReport CheckConstraints(ValidationReport report, CommandStreams streams)
    {
        List<BadRecord> bad = [.. report.BadRecords];
        foreach (SourceReport source in report.Sources.Where(s => s.UnusedKeys.Any(QuadFileCheck.Keys.Contains)))
        {
            if (source.BadRecords > 0)
            {
                streams.Log.WriteLine($"{source.Name}: constraints not checked, since {source.BadRecords} records cannot be read");
                continue;
            }

            foreach (string file in source.Files)
            {
                (int count, IReadOnlyList<BadRecord> wrong) = QuadFileCheck.Check(file);
                streams.Log.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{file}: constraints of {count} quads checked, {wrong.Count} wrong"));
                bad.AddRange(wrong);
            }
        }

        return report with { BadRecords = bad };
    }

    /// <summary>Null: no record states constraints.</summary>
    private static ConstraintStatistics? ConstraintsOf(IReadOnlyList<SourceReport> sources)
    {
        string[] files = [.. sources.Where(s => s.UnusedKeys.Any(ConstraintStatistics.IsKey)).SelectMany(s => s.Files)];
        return files.Length > 0 ? ConstraintStatistics.Of(files) : null;
    }

    private static (Argument<string[]> Names, Option<string> Stage, Option<string> Folder, Option<bool> Json) Inputs()
    {
        Option<string> stage = new("--stage") { Description = "what the records are for: sft, dpo, iopo or grpo",
            DefaultValueFactory = _ => "iopo" };
        stage.AcceptOnlyFromAmong("sft", "dpo", "iopo", "grpo");
        return (
            new Argument<string[]>("data") { Description = "files (.json, .jsonl, .parquet) or entries of dataset_info.json",
                Arity = ArgumentArity.OneOrMore },
            stage,
            new Option<string>("--dataset-dir") { Description = "folder of dataset_info.json", DefaultValueFactory = _ => "data" },
            new Option<bool>("--json") { Description = "write the report as one JSON object" });
    }

    private static DataSetOptions Options(
        ParseResult parsed, Argument<string[]> names, Option<string> stage, Option<string> folder, CommandStreams streams) => new()
    {
        Names = parsed.GetValue(names)!,
        Stage = Enum.Parse<Stage>(parsed.GetValue(stage)!, ignoreCase: true),
        Directory = parsed.GetValue(folder)!,
        Notice = streams.Log.WriteLine,
    };
}
