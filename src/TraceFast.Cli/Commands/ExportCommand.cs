using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli.Commands;

/// <summary>Exports a model as ONNX and compares the result with the trainer.</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, AdapterUse> s_adapterUses = new(StringComparer.Ordinal)
    {
        ["merge"] = AdapterUse.Merge,
        ["inputs"] = AdapterUse.Inputs,
    };

    private static readonly Dictionary<string, WeightRounding> s_roundings = new(StringComparer.Ordinal)
    {
        ["compensated"] = WeightRounding.Compensated,
        ["nearest"] = WeightRounding.Nearest,
    };

    private static readonly Dictionary<string, HeadPositions> s_heads = new(StringComparer.Ordinal)
    {
        ["all"] = HeadPositions.All,
        ["selected"] = HeadPositions.Selected,
    };

    public static Command Create(CommandStreams streams)
    {
        Option<string> model = new("--model") { Description = "folder of the model", Required = true };
        Option<string?> adapter = new("--adapter") { Description = "folder of a PEFT adapter" };
        Option<string> output = new("--out") { Description = "folder to write, absent or empty; it appears when it is complete",
            Required = true };
        Option<string> precision = Choice(
            "--precision", "element type of the weights; int8 and int4 are in blocks of 32 (MatMulNBits), the rest of the graph in float32",
            PrecisionChoice.Exports, "float32");
        Option<string> adapterUse = Choice(
            "--adapter-as", "merge: into the weights; inputs: A and B become inputs of the graph, with this adapter as default",
            s_adapterUses.Keys, "merge");
        Option<string> head = Choice(
            "--logits",
            "all: of every position, as ONNX Runtime GenAI has it; selected: of the positions in the further input logit_positions",
            s_heads.Keys, "all");
        Option<string> zeroPoints = Choice(
            "--zero-points", "int8, int4: a zero point for each block; auto: in int4", ["auto", "true", "false"], "auto");
        Option<string> rounding = Choice(
            "--rounding", "int8, int4: compensated (GPTQ: errors are compensated by activations on calibration text) or nearest",
            s_roundings.Keys, "compensated");
        Option<string?> calibration = new("--calibration")
        {
            Description = "text file for calibration; default: a text that comes with the program",
        };
        Option<double?> extra = NumberOptions.OptionalReal(
            "--extra-size", "int4: growth of the files allowed for layers that keep 8 bits, as a share; default: 0.12; 0: none", least: 0,
            most: 1);
        Option<int> accuracy = NumberOptions.Whole(
            "--accuracy-level", "int8, int4: arithmetic that the runtime may use: 0 unset, 1 float32, 2 float16, 3 bfloat16, 4 int8", 4,
            least: 0, most: 4);
        Option<int?> maxPositions = NumberOptions.OptionalWhole(
            "--max-positions", "positions that the rotary tables hold; default: max_position_embeddings", least: 1, most: 16_777_216);
        Option<string> device = new("--device") { Description = "where the exported model is checked: cpu, cuda or cuda:N",
            DefaultValueFactory = _ => "cpu" };
        Option<int> threads = NumberOptions.Threads("threads of the check; 0: one per processor");
        Option<bool> overwrite = new("--overwrite") { Description = "replace an earlier export in the folder" };
        Option<bool> json = new("--json") { Description = "write the check's measurements as one JSON object" };
        Command command = new(
            "export",
            "Exports a model as ONNX in ONNX Runtime GenAI's layout, then compares its logits with the trainer's; ends with 1 where they "
                + "differ by more than the precision allows.\n"
                + "Example: tracefast export --model models/demo --precision int8 --out artifacts/exported\nAfter the example of train:\n"
                + "Example: tracefast export --model models/demo --adapter artifacts/iopo --out artifacts/exported-iopo")
        {
            model, adapter, output, precision, adapterUse, head, zeroPoints, rounding, calibration, extra, accuracy, maxPositions, device,
            threads, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            ExportOptions fallback = ExportOptions.For(PrecisionChoice.Parse(parsed.GetValue(precision)!)!.Value);
            ExportOptions options = fallback with
            {
                Adapter = s_adapterUses[parsed.GetValue(adapterUse)!],
                Head = s_heads[parsed.GetValue(head)!],
                Symmetric = parsed.GetValue(zeroPoints) switch { "true" => false, "false" => true, _ => fallback.Symmetric },
                Rounding = s_roundings[parsed.GetValue(rounding)!],
                CalibrationFile = parsed.GetValue(calibration),
                ExtraSize = parsed.GetValue(extra) ?? fallback.ExtraSize,
                AccuracyLevel = parsed.GetValue(accuracy),
                MaxPositions = parsed.GetValue(maxPositions),
            };
            SessionSettings settings = SessionSettings.OnDevice(parsed.GetValue(device)!, parsed.GetValue(threads));
            ExportReport report = CheckedExport.Run(
                parsed.GetValue(model)!, parsed.GetValue(adapter), parsed.GetValue(output)!, options, settings, streams.Log.WriteLine,
                parsed.GetValue(overwrite));
            streams.Log.WriteLine($"exported model written to {parsed.GetValue(output)}");
            if (parsed.GetValue(json))
                WriteJson(streams, report);
            else
                streams.Text.Write(report.ToText() + "\n");
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

    private static void WriteJson(CommandStreams streams, ExportReport report) =>
        new JsonOutput(streams.Output).Line(json =>
        {
            Finite("largest_difference", report.Parity.Largest);
            Finite("rms_difference", report.Parity.RootMeanSquare);
            Finite("logits_spread", report.Parity.Spread);
            Finite("relative", report.Parity.Relative);
            json.WriteNumber("tolerance", report.Parity.Tolerance);
            json.WriteNumber("same_best", report.Parity.SameBest);
            json.WriteNumber("positions", report.Parity.Positions);
            if (report.Quality is { } quality)
            {
                json.WriteNumber("measured_tokens", quality.Tokens);
                Finite("perplexity", quality.ExportPerplexity);
                Finite("perplexity_float32", quality.ModelPerplexity);
                Finite("divergence", quality.Divergence);
                json.WriteNumber("same_best_measured", quality.SameBest);
            }
            json.WriteNumber("bytes", report.Bytes);
            json.WriteBoolean("passed", report.Passed);

            // Logits that are not numbers give differences that are not; JSON has null for them.
            void Finite(string name, double value)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
            }
        });
}
