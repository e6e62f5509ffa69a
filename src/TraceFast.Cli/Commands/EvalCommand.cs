using TraceFast.Evaluation;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.Reporting;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Cli.Commands;

/// <summary>Scores responses.</summary>
internal static class EvalCommand
{
    /// <summary>What IFEval is usually decoded with (lm-evaluation-harness): a cut-off answer cannot hold "at least 400 words".</summary>
    private const int MaxNewTokens = 1280;

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string?> responses = new("--responses")
        {
            Description = "responses, one JSON object a line: the benchmark's records with a response each, or --data and responses with "
                + "their ids. With --model: the file that gets them; an interrupted run is resumed in it",
        };
        Option<string?> perRecord = new("--per-record") { Description = "write one JSON object for each line, in order, to this file" };
        Option<string?> html = new("--html")
        {
            Description = "write scores, charts and each failed constraint to this page; it opens offline",
        };
        Option<bool> json = Json();
        EvalBenches benches = new();
        GenerationOptions generation = new(modelRequired: false, MaxNewTokens);
        Command command = new(
            "eval", "Scores a model or responses: a benchmark's metrics with 95 % bootstrap intervals.\n"
                + "Example: tracefast eval --responses models/demo/examples/ifeval_after.jsonl --bench ifeval --html "
                + "artifacts/ifeval.html\nExample: tracefast eval --model models/demo --bench constraints --data "
                + "models/demo/data/quads.jsonl --max-new-tokens 128\nWith a server at that address:\n"
                + "Example: tracefast eval --responses models/demo/examples/trace.jsonl --bench "
                + "trace --judge http://localhost:8000/v1 --judge-model NAME")
        {
            responses, json, perRecord, html, Compare(streams, interrupt),
            PromptsCommand.Create(streams, Benches.JudgePrompts, "tracefast eval prompts artifacts/my-judge-prompts"),
        };
        benches.AddTo(command);
        generation.AddTo(command);
        command.SetAction((parsed, cancel) => RankedCommand.RunAsync(streams, async (ranks, log) =>
        {
            string? given = parsed.GetValue(responses);
            ModelChoice? model = generation.Read(parsed, ranks.Processors);
            if (model is null && given is null)
                throw new InputException(
                    "nothing to score; give --responses FILE, or --model DIR "
                        + "with --data FILE to decode the benchmark's prompts");
            OutputCheck outputs = benches.AddInputs(
                parsed, model?.Inputs() ?? new OutputCheck(generation.Overwrites(parsed)).Reads("--responses", given));
            if (model is not null && given is not null)
                EvalDecoding.Check(outputs, "--responses", given);
            outputs.File("--per-record", parsed.GetValue(perRecord));
            outputs.File("--html", parsed.GetValue(html));
            (BenchResult? scoredResult, string path) = await benches.WithAsync<(BenchResult?, string)>(parsed, streams.Log, async bench =>
            {
                DecodedResponses decoded = model is null
                    ? new DecodedResponses(given!, []) : EvalDecoding.Run(bench, model, given, ranks, log, interrupt);
                if (!ranks.Writes)
                    return (null, decoded.Path); // rank 0 scores
                BenchResult scored = await bench.ScoreAsync(decoded.Path, interrupt).ConfigureAwait(false);
                return (scored with { Facts = [.. decoded.Facts, .. scored.Facts] }, decoded.Path);
            }).ConfigureAwait(false);
            if (scoredResult is not { } result)
                return ExitCodes.Done;
            if (parsed.GetValue(perRecord) is { } records)
                WriteRecords(records, result);
            if (result.Errors.Count > 0)
                return Refuse(result, streams);
            ScoredResult scored = new(result);
            if (parsed.GetValue(html) is { } page)
                OutputFile.Write(page, ResultPage.Render(scored, path));
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => ResultJson.Write(scored, w));
            else
                EvalTables.Write(scored, streams.Text, streams.Width);
            return Judged(result, path, streams);
        }));
        return command;
    }

    private static Command Compare(CommandStreams streams, CancellationToken interrupt)
    {
        Argument<string> first = new("a") { Description = "responses of one model, or what --per-record wrote for them" };
        Argument<string> second = new("b") { Description = "responses of the other model to the same prompts" };
        Option<bool> json = Json();
        EvalBenches benches = new();
        Command command = new(
            "compare",
            "Compares two files of responses to the same prompts: McNemar's exact test where a record is right or wrong, the paired "
                + "bootstrap elsewhere.\nExample: tracefast eval compare models/demo/examples/ifeval_before.jsonl "
                + "models/demo/examples/ifeval_after.jsonl --bench ifeval")
        {
            first, second, json,
        };
        benches.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            string a = parsed.GetValue(first)!, b = parsed.GetValue(second)!;
            (BenchResult resultA, BenchResult resultB) = await benches.WithAsync(
                parsed, streams.Log,
                async bench =>
                    (await ResultOf(bench, a, interrupt).ConfigureAwait(false),
                        await ResultOf(bench, b, interrupt).ConfigureAwait(false))).ConfigureAwait(false);
            foreach (BenchResult result in new[] { resultA, resultB })
                if (result.Errors.Count > 0)
                    return Refuse(result, streams);
            RequireSamePrompts(a, resultA, b, resultB);
            bool whole = resultA.IsWhole && resultB.IsWhole;
            IReadOnlyList<Comparison> comparisons = whole ? Comparison.Of(resultA, resultB) : [];
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w =>
                {
                    ResultJson.WriteUnjudged(resultA, "unjudged_a", w);
                    ResultJson.WriteUnjudged(resultB, "unjudged_b", w);
                    w.WriteString("bench", resultA.Bench);
                    w.WriteNumber("records", resultA.Records.Count);
                    ResultJson.Write(comparisons, w);
                });
            else if (whole)
                EvalTables.Write(comparisons, a, b, streams.Text, streams.Width);
            return Math.Max(Judged(resultA, a, streams), Judged(resultB, b, streams));
        });
        return command;
    }

    private static async Task<BenchResult> ResultOf(IBench bench, string path, CancellationToken interrupt) =>
        (bench as InstructionBench)?.FlagsOf(path) ?? await bench.ScoreAsync(path, interrupt).ConfigureAwait(false);

    private static Option<bool> Json() => new("--json") { Description = "write the result as one JSON object" };

    private static void WriteRecords(string path, BenchResult result) => OutputFile.Write(path, writer =>
    {
        JsonOutput output = new(writer);
        foreach (RecordResult record in result.Records)
            output.Line(record.WriteTo);
    });

    /// <summary>Logs what was not judged; 1 if nothing is scored for that reason.</summary>
    private static int Judged(BenchResult result, string responses, CommandStreams streams)
    {
        if (result.Warning is { } warning)
            streams.Log.WriteLine($"{(result.IsWhole ? "" : "error: ")}{responses}: {warning}");
        return result.IsWhole ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static int Refuse(BenchResult result, CommandStreams streams)
    {
        foreach (string error in result.Errors)
            streams.Log.WriteLine($"error: {error}");
        streams.Log.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Errors.Count} of {result.Records.Count} lines cannot be scored, so the file has no score"));
        return ExitCodes.BadInput;
    }

    private static void RequireSamePrompts(string a, BenchResult resultA, string b, BenchResult resultB)
    {
        if (resultA.Records.Count != resultB.Records.Count)
            throw new InputException(
                $"{a} holds {resultA.Records.Count} records and {b} {resultB.Records.Count}; compare responses to the same prompts "
                    + "in the same order");
        foreach ((RecordResult recordA, RecordResult recordB) in resultA.Records.Zip(resultB.Records))
            // What --per-record wrote holds neither prompts nor constraints.
            if (recordA.Constraints.Count > 0 && recordB.Constraints.Count > 0
                && (recordA.Prompt != recordB.Prompt || recordA.Constraints.Count != recordB.Constraints.Count))
                throw new InputException(
                    $"{b}:{recordB.Line}: another prompt or another number of constraints than {a}:{recordA.Line}; compare responses to "
                        + "the same prompts in the same order");
    }
}
