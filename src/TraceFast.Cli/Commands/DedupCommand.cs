using TraceFast.Synthesis;

namespace TraceFast.Cli.Commands;

/// <summary>Removes records that repeat an earlier one.</summary>
internal static class DedupCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string[]> data = new("--data") { Description = "files of records (.json, .jsonl, .parquet), read in order", Required = true,
            AllowMultipleArgumentsPerToken = true };
        Option<string> target = new("--out")
        {
            Description = "file for the remaining records, one a line; Parquet if it ends in .parquet",
            Required = true,
        };
        Option<double?> near = NumberOptions.OptionalPositive(
            "--near",
            "similarity (Jaccard, of runs of three words) at which records are near "
                + "duplicates, for example 0.8; default: exact ones only", most: 1);
        Option<bool> overwrite = new("--overwrite") { Description = "replace an existing file of --out" };
        Option<bool> json = new("--json") { Description = "write the report as one JSON object" };
        Command command = new(
            "dedup", "Removes records that equal an earlier one up to white space and case, or nearly equal it.\n"
                + "Example: tracefast data dedup --data models/demo/data/quads.jsonl --out artifacts/unique.jsonl --near 0.8")
        {
            data, target, near, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string[] files = parsed.GetValue(data)!;
            string output = parsed.GetValue(target)!;
            double? threshold = parsed.GetValue(near);
            new OutputCheck(parsed.GetValue(overwrite)).Reads("--data", files).File("--out", output);
            DeduplicationReport report = RecordDeduplication.Write(files, output, threshold, interrupt);
            if (parsed.GetValue(json))
                WriteJson(report, output, streams);
            else
                WriteText(report, output, streams);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void WriteText(DeduplicationReport report, string output, CommandStreams streams)
    {
        streams.Text.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Read} records read, {report.Written} written to {output}; {report.Exact} exact duplicates, {report.Near} near "
                    + $"ones"));
        foreach (string example in report.Examples)
            streams.Text.WriteLine("  " + example);
    }

    private static void WriteJson(DeduplicationReport report, string output, CommandStreams streams) =>
        new JsonOutput(streams.Output).Line(json =>
    {
        json.WriteString("file", output);
        json.WriteNumber("read", report.Read);
        json.WriteNumber("written", report.Written);
        json.WriteNumber("exact", report.Exact);
        json.WriteNumber("near", report.Near);
    });
}
