using TraceFast.Constraints;
using TraceFast.Synthesis;
using TraceFast.Synthesis.Synthetic;

namespace TraceFast.Cli.Commands;

/// <summary>Writes synthetic data: checked quads, or single instructions with answers.</summary>
internal static class SynthCommand
{
    private const string TrainFile = "train.jsonl";
    private const int ProgressEvery = 10_000;

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<int> count = NumberOptions.RequiredWhole("--count", "records of the training file", least: 1, most: int.MaxValue);
        Option<ulong> seed = NumberOptions.Seed("same seed, same bytes, on any machine with any number of threads", 1);
        Option<string> languages = new("--lang")
        {
            Description = "languages of the instructions: en, zh, or both with a comma, which then alternate",
            DefaultValueFactory = _ => "en,zh",
        };
        Option<string> constraints = new("--constraints")
        {
            Description = "constraints of an instruction, for example 1-6 or 3; used in turn (sft: from 0)",
            DefaultValueFactory = _ => "1-6",
        };
        Option<string[]> types = TypesOption(
            "only these types of constraint, for example title keywords sentence_count; default: all that can be written");
        Option<bool> brief = new("--brief") { Description = "answers of a sentence or two unless a constraint needs more" };
        Option<string> target = new("--out")
        {
            Description = $"folder that gets {TrainFile} and held_out_*.jsonl; or a file .parquet for the training records, with "
                + "held_out_*.parquet next to it",
            Required = true,
        };
        Option<string> layout = new("--layout") { Description = "quads, or sft: prompt and response", DefaultValueFactory = _ => "quads" };
        layout.AcceptOnlyFromAmong("quads", "sft");
        Option<string[]> holdOut = HoldOutOption(
            "template=, type=, topic= or combination= and the share that goes to a file of its own, for example topic=0.2; may be repeated");
        Option<int?> heldOut = NumberOptions.OptionalWhole(
            "--hold-out-count", "records of each held-out file; default: a twentieth of --count", least: 1, most: int.MaxValue);
        Option<double> obey = NumberOptions.Share(
            "--obey",
            "probability with which an answer obeys each constraint that both instructions "
                + "share (sft: each constraint); the others are violated, and listed", 1);
        Option<double> confound = NumberOptions.Share(
            "--confound", "share of first answers that begin with a title that nobody asked for", 0);
        Option<double> judged = NumberOptions.Share(
            "--unchecked", "share of quads with a constraint that only a reader can judge, in both instructions", 0);
        Option<string[]> exclude = new("--exclude")
        {
            Description = "evaluation sets (.json, .jsonl, .parquet): no instruction shares 13 words in a row with theirs",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<double> near = NumberOptions.Share(
            "--near", "similarity (Jaccard, of runs of three words) at which an answer is a near duplicate; 0: exact ones only",
            0.9);
        Option<int> threads = NumberOptions.Threads("threads; the output does not depend on them; 0: one per processor");
        Option<bool> overwrite = new("--overwrite") { Description = "replace existing files" };
        Option<bool> json = new("--json") { Description = "write the report as one JSON object" };
        Command command = new(
            "synth", "Writes synthetic quads whose answers are checked by program: tasks about everyday topics, constraints of all types, "
                + "English and Chinese.\nExample: tracefast data synth --count 1000 --seed 1 "
                + "--out artifacts/synth --hold-out topic=0.2 type=0.1")
        {
            count, seed, languages, constraints, types, brief, target, layout, holdOut, heldOut, obey, confound, judged, exclude, near,
            threads, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            bool sft = parsed.GetValue(layout) == "sft";
            (int fewest, int most) = NumberOptions.Range("--constraints", parsed.GetValue(constraints)!, least: sft ? 0 : 1, most: 15);
            SynthOptions options = new()
            {
                Seed = parsed.GetValue(seed),
                Languages = [.. parsed.GetValue(languages)!.Split(',').Select(Languages.Of).Distinct()],
                FewestConstraints = fewest,
                MostConstraints = most,
                Types = TypesOf(parsed, types),
                IsBrief = parsed.GetValue(brief),
                HoldOut = HoldOutOf(parsed, holdOut),
                Obey = parsed.GetValue(obey),
                Confound = parsed.GetValue(confound),
                Unchecked = parsed.GetValue(judged),
            };
            int records = parsed.GetValue(count);
            int held = parsed.GetValue(heldOut) ?? Math.Max(1, records / 20);
            double nearness = parsed.GetValue(near);
            Contamination? excluded = parsed.GetValue(exclude) is { Length: > 0 } files ? Contamination.Read(files) : null;
            OutputCheck outputs = new OutputCheck(parsed.GetValue(overwrite)).Reads("--exclude", parsed.GetValue(exclude) ?? []);
            SynthRun run = new(
                options, parsed.GetValue(threads) is > 0 and var given ? given : Environment.ProcessorCount, nearness > 0 ? nearness : null,
                excluded);
            List<SynthFile> written = Write(run, options, parsed.GetValue(target)!, records, held, sft, outputs, streams, interrupt);
            if (parsed.GetValue(json))
                WriteJson(written, run.AllDrops(), streams);
            else
                WriteText(written, run.AllDrops(), streams);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Names of constraint types.</summary>
    internal static Option<string[]> TypesOption(string description) =>
        new("--types", "--sorts") { Description = description, AllowMultipleArgumentsPerToken = true };

    internal static IReadOnlyList<ConstraintType>? TypesOf(ParseResult parsed, Option<string[]> types) =>
        parsed.GetValue(types) is { Length: > 0 } names ? [.. names.SelectMany(n => n.Split(',')).Select(WritableType)] : null;

    /// <summary>Kinds with the share of each that is held out.</summary>
    internal static Option<string[]> HoldOutOption(string description) =>
        new("--hold-out") { Description = description, AllowMultipleArgumentsPerToken = true };

    internal static HoldOut HoldOutOf(ParseResult parsed, Option<string[]> holdOut) => HoldOut.Parse(parsed.GetValue(holdOut) ?? []);

    private static List<SynthFile> Write(
        SynthRun run, SynthOptions options, string folder, int count, int heldOut, bool sft, OutputCheck outputs, CommandStreams streams,
        CancellationToken interrupt)
    {
        string train = TrainFile;
        if (RecordFile.IsParquet(folder) && !Directory.Exists(folder))
            (folder, train) = (Path.GetDirectoryName(Path.GetFullPath(folder))!, Path.GetFileName(folder));
        string ending = Path.GetExtension(train);
        (string Name, HoldOutKind? Split, int Count)[] plan =
            [(train, null, count),
                .. options.HoldOut.Shares.Keys.Order()
                    .Select(k => ($"held_out_{k.ToString().ToLowerInvariant()}{ending}", (HoldOutKind?)k, heldOut))];
        if (File.Exists(folder))
            throw new InputException($"--out {folder} is a file; it should be a folder");
        foreach ((string name, _, _) in plan)
            outputs.File("--out", Path.Combine(folder, name));
        Directory.CreateDirectory(folder);
        List<SynthFile> written = [];
        foreach ((string name, HoldOutKind? split, int records) in plan)
        {
            int reported = 0;
            written.Add(run.Write(Path.Combine(folder, name), split, records, sft, n =>
            {
                if (n - reported < ProgressEvery)
                    return;
                reported = n - n % ProgressEvery;
                streams.Log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {reported} of {records}"));
            }, interrupt));
        }

        return written;
    }

    private static ConstraintType WritableType(string name)
    {
        IReadOnlyList<ConstraintType> writable = SynthGenerator.Writable;
        return writable.FirstOrDefault(s => s.Name == name)
            ?? throw new InputException(
                $"--types {name}: no type of constraint that can be written has "
                    + $"this name; the nearest are {string.Join(", ", NearestNames.Of(name, writable.Select(s => s.Name), 3))}");
    }

    private static void WriteText(List<SynthFile> files, DropCounts drops, CommandStreams streams)
    {
        foreach (SynthFile file in files)
            streams.Text.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Records} records written to {file.Path} in {file.Seconds:0.0} "
                        + $"s, {file.Records / Math.Max(file.Seconds, 0.001):0} a second"));
        foreach ((DropReason reason, int count) in drops.All)
            streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  dropped {count,7} {reason}"));
    }

    private static void WriteJson(List<SynthFile> files, DropCounts drops, CommandStreams streams) =>
        new JsonOutput(streams.Output).Line(json =>
    {
        json.WriteStartArray("files");
        foreach (SynthFile file in files)
        {
            json.WriteStartObject();
            json.WriteString("file", file.Path);
            json.WriteNumber("records", file.Records);
            json.WriteNumber("seconds", file.Seconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("dropped");
        foreach ((DropReason reason, int count) in drops.All)
            json.WriteNumber(reason.ToString(), count);
        json.WriteEndObject();
    });
}
