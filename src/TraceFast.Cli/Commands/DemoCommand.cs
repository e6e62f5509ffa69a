using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TraceFast.Cli.Demo;
using TraceFast.Data;
using TraceFast.Models;
using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;
using TraceFast.Training;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Cli.Commands;

/// <summary>Trains a small model with SFT, DPO and IOPO on the same quads and shows what each changes.</summary>
internal static class DemoCommand
{
    private static readonly string[] s_methods = ["sft", "dpo", "iopo"];

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        string root = Environment.GetEnvironmentVariable("TRACEFAST_ROOT") ?? Directory.GetCurrentDirectory();
        Option<string> model = new("--model") { Description = "folder of the demonstration's model and data", DefaultValueFactory = _ => Path.Combine(root, "models", "demo") };
        Option<string> output = new("--out") { Description = "folder for the three runs", DefaultValueFactory = _ => Path.Combine(root, "artifacts", "demo") };
        Option<bool> remake = new("--remake") { Description = "first make the model and its data anew from the seed (a few minutes)" };
        Option<int> seed = new("--seed") { Description = "with --remake: of data and weights", DefaultValueFactory = _ => 1 };
        Option<bool> json = new("--json") { Description = "write the table as one JSON object" };
        Command command = new("demo", "Trains the small model in models/demo with SFT, DPO and IOPO from the same start and prints the margins on held-out quads before and after.\nExample: tracefast demo")
        {
            model, output, remake, seed, json,
        };
        command.SetAction(parsed =>
        {
            IRunLog log = RunLogs.For(streams);
            string folder = parsed.GetValue(model)!;
            if (parsed.GetValue(remake))
                DemoFolder.Make(folder, parsed.GetValue(seed), log, interrupt);
            List<(string Name, DemoScore Score, double Seconds)> rows = Run(folder, parsed.GetValue(output)!, log, interrupt);
            Write(rows, parsed.GetValue(json), streams);
            return ExitCodes.Done;
        });
        return command;
    }

    private static List<(string Name, DemoScore Score, double Seconds)> Run(string folder, string output, IRunLog log, CancellationToken interrupt)
    {
        IReadOnlyList<QuadRecord> test =
        [
            .. DataSet.Load(new DataSetOptions { Names = [Path.Combine(folder, "data", DemoFolder.TestFile)], Stage = Stage.Iopo }).Cast<QuadRecord>(),
        ];
        ChatFormat format = ChatFormat.FromModel(folder, Tokenizer.Load(folder));
        using Decoder decoder = Decoder.Load(folder, new DecoderOptions());
        List<(string, DemoScore, double)> rows = [("start", DemoScore.Of(decoder, format, test), 0)];
        foreach (string method in s_methods)
        {
            log.Line($"--- {method}");
            string run = Path.Combine(output, method);
            RunConfiguration configuration = RunConfiguration.Load(
                Path.Combine(folder, method + ".yaml"),
                [$"model_name_or_path={folder}", $"dataset={Path.Combine(folder, "data", DemoFolder.QuadsFile)}", $"output_dir={run}", "overwrite_output_dir=true"]);
            long began = Stopwatch.GetTimestamp();
            TrainingOutcome outcome = TrainingRun.Execute(configuration, new TrainingServices { Log = log, ReferenceCacheFolder = null }, interrupt);
            if (outcome.End == TrainingEnd.Interrupted)
                throw new OperationCanceledException(interrupt);
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            using LoraAdapter adapter = LoraAdapter.Load(run, decoder);
            decoder.Attach(adapter);
            rows.Add((method, DemoScore.Of(decoder, format, test), seconds));
            decoder.Detach();
        }
        return rows;
    }

    private static void Write(List<(string Name, DemoScore Score, double Seconds)> rows, bool json, CommandStreams streams)
    {
        if (json)
        {
            new JsonOutput(streams.Output).Line(w =>
            {
                foreach ((string name, DemoScore score, double seconds) in rows)
                {
                    w.WriteStartObject(name);
                    w.WriteNumber("margin", score.Margin);
                    w.WriteNumber("right", score.Right);
                    w.WriteNumber("chosen_logp", score.ChosenLogProb);
                    w.WriteNumber("seconds", seconds);
                    w.WriteEndObject();
                }
            });
            return;
        }
        streams.Output.WriteLine();
        streams.Output.WriteLine("Held-out quads: D = lp(x1,y1) + lp(x2,y2) - lp(x1,y2) - lp(x2,y1), nats");
        streams.Output.WriteLine($"{"",-8}{"mean D",10}{"D > 0",9}{"lp of right answers",21}{"training",11}");
        foreach ((string name, DemoScore score, double seconds) in rows)
            streams.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-8}{score.Margin,10:0.00}{score.Right,9:P1}{score.ChosenLogProb,21:0.00}{(seconds > 0 ? $"{seconds:0.0} s" : ""),11}"));
    }
}
