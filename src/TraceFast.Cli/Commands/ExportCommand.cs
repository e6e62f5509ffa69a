using System.CommandLine;
using TraceFast.Data;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli.Commands;

/// <summary>Exports a model as ONNX and compares the result with the trainer.</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, AdapterUse> AdapterUses = new(StringComparer.Ordinal)
    {
        ["merge"] = AdapterUse.Merge,
        ["inputs"] = AdapterUse.Inputs,
    };

    private static readonly Dictionary<string, HeadPositions> Heads = new(StringComparer.Ordinal)
    {
        ["all"] = HeadPositions.All,
        ["selected"] = HeadPositions.Selected,
    };

    public static Command Create(CommandStreams streams)
    {
        Option<string> model = new("--model") { Description = "folder of the model", Required = true };
        Option<string?> adapter = new("--adapter") { Description = "folder of a PEFT adapter" };
        Option<string> output = new("--out") { Description = "folder to write, absent or empty", Required = true };
        Option<string> precision = Choice("--precision", "element type of the weights; int8 and int4 are in blocks of 32 (MatMulNBits), the rest of the graph in float32", PrecisionChoice.Exports, "float32");
        Option<string> adapterUse = Choice("--adapter-as", "merge: into the weights; inputs: A and B become inputs of the graph, with this adapter as default", AdapterUses.Keys, "merge");
        Option<string> head = Choice("--logits", "all: of every position, as ONNX Runtime GenAI has it; selected: of the positions in the further input logit_positions", Heads.Keys, "all");
        Option<bool> asymmetric = new("--asymmetric") { Description = "int8, int4: a zero point for each block" };
        Option<int> accuracy = NumberOptions.Whole("--accuracy-level", "int8, int4: arithmetic that the runtime may use: 0 unset, 1 float32, 2 float16, 3 bfloat16, 4 int8", 4, least: 0, most: 4);
        Option<int?> maxPositions = NumberOptions.OptionalWhole("--max-positions", "positions that the rotary tables hold; default: max_position_embeddings", least: 1, most: 16_777_216);
        Option<string> device = new("--device") { Description = "where the exported model is checked: cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
        Option<int> threads = NumberOptions.Threads("threads of the check; 0: one per processor");
        Option<bool> json = new("--json") { Description = "one JSON object with what the check measured" };
        Command command = new("export", "Exports a model as ONNX in ONNX Runtime GenAI's layout, then compares its logits with the trainer's; ends with 1 where they differ by more than the precision allows.\nExample: tracefast export --model models/demo --precision int8 --out artifacts/exported\nAfter the example of train:\nExample: tracefast export --model models/demo --adapter artifacts/iopo --out artifacts/exported-iopo")
        {
            model, adapter, output, precision, adapterUse, head, asymmetric, accuracy, maxPositions, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            ExportOptions options = new()
            {
                Precision = PrecisionChoice.Parse(parsed.GetValue(precision)!)!.Value,
                Adapter = AdapterUses[parsed.GetValue(adapterUse)!],
                Head = Heads[parsed.GetValue(head)!],
                Symmetric = !parsed.GetValue(asymmetric),
                AccuracyLevel = parsed.GetValue(accuracy),
                MaxPositions = parsed.GetValue(maxPositions),
            };
            SessionSettings settings = SessionSettings.OnDevice(parsed.GetValue(device)!) with { Threads = parsed.GetValue(threads) is > 0 and var count ? count : null };
            ParityReport report = CheckedExport.Run(
                parsed.GetValue(model)!, parsed.GetValue(adapter), parsed.GetValue(output)!, options, settings, streams.Log.WriteLine);
            streams.Log.WriteLine($"exported model written to {parsed.GetValue(output)}");
            if (parsed.GetValue(json))
                WriteJson(streams, report);
            else
                streams.Text.WriteLine(report.ToText());
            return report.Passed ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Option<string> Choice(string name, string description, IEnumerable<string> values, string fallback)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.AcceptOnlyFromAmong([.. values]);
        return option;
    }

    private static void WriteJson(CommandStreams streams, ParityReport report) =>
        new JsonOutput(streams.Output).Line(json =>
        {
            Finite("largest_difference", report.Largest);
            Finite("rms_difference", report.RootMeanSquare);
            Finite("logits_spread", report.Spread);
            Finite("relative", report.Relative);
            json.WriteNumber("tolerance", report.Tolerance);
            json.WriteNumber("same_best", report.SameBest);
            json.WriteNumber("positions", report.Positions);
            json.WriteBoolean("passed", report.Passed);

            // Logits that are not numbers leave differences that are none; JSON has null for them.
            void Finite(string name, double value)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
            }
        });
}
