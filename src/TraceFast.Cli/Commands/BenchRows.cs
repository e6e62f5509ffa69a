using System.Text.Json;
using TraceFast.Benchmarks.Rows;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;

namespace TraceFast.Cli.Commands;

/// <summary>Times short pieces of the program beside a control: what a comparison of two builds starts again and again.</summary>
internal static class BenchRows
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        string names = string.Join(",", RowsBenchmark.Names);
        Option<string> rows = new("--rows") { Description = "which, with commas between them", DefaultValueFactory = _ => names };
        Option<int> milliseconds = NumberOptions.Whole(
            "--ms", "milliseconds of measuring for each row, after a warm-up", 60, least: 1, most: 600_000);
        Option<string> model = new("--model")
        {
            Description = "folder of a Hugging Face model for step and decode; an export of it is kept for later runs",
            DefaultValueFactory = _ => DemoModel.Folder,
        };
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Command command = new(
            "rows",
            "Times a start of the program, two kernels, an optimizer step and decoding, in turn with each other and a fixed control "
                + "kernel, on one thread and in about a second.\nExample: tracefast bench rows --rows step,decode --json")
        {
            rows, milliseconds, model, json,
        };
        command.SetAction(parsed =>
        {
            StartUp startUp = StartUp.Read();
            string folder = parsed.GetValue(model)!;
            RowsOptions options = new()
            {
                Rows = parsed.GetValue(rows)!.Split(','),
                Milliseconds = parsed.GetValue(milliseconds),
                ModelFolder = folder,
                ExportedFolder = () => ExportCache.Resolve(
                    folder, null, ExportPrecision.Float32, RunLogs.For(streams).Line, interrupt: interrupt),
            };
            RowMeasurement[] measured = [.. RowsBenchmark.Run(options, startUp, interrupt)];
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => Write(w, measured));
            else
                Write(streams.Text, measured);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<RowMeasurement> measured)
    {
        json.WriteStartObject("rows");
        foreach (RowMeasurement m in measured)
        {
            json.WriteStartObject(m.Name);
            json.WriteNumber("cpu_ms", m.CpuMs);
            if (m.WallMs is double wall)
                json.WriteNumber("wall_ms", wall);
            json.WriteNumber("control_cpu_ms", m.ControlCpuMs);
            json.WriteNumber("control_wall_ms", m.ControlWallMs);
            json.WriteNumber("iterations", m.Iterations);
            if (m.AllocatedBytes is long allocated)
                json.WriteNumber("allocated_bytes", allocated);
            if (m.Cost is { } cost)
            {
                json.WriteNumber("flops", cost.Flops);
                json.WriteNumber("bytes", cost.Bytes);
            }
            if (m.Tokens is long tokens)
                json.WriteNumber("tokens", tokens);
            if (m.PeakTensorBytes is long peak)
                json.WriteNumber("peak_tensor_bytes", peak);
            if (m.BurnedPercent is double burned)
                json.WriteNumber("burned_percent", burned);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Write(TextWriter output, IEnumerable<RowMeasurement> measured)
    {
        output.WriteLine("row                 CPU ms   wall ms  CPU/control  iterations   allocated B");
        foreach (RowMeasurement m in measured)
        {
            string wall = m.WallMs?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
            string allocated = m.AllocatedBytes?.ToString(CultureInfo.InvariantCulture) ?? "-";
            string burned = m.BurnedPercent is double percent
                ? string.Create(CultureInfo.InvariantCulture, $"  burned_percent {percent}") : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{m.Name,-16} {m.CpuMs,9:0.000} {wall,9}  {m.CpuMs / m.ControlCpuMs,11:0.0000}  {m.Iterations,10}  {allocated,12}")
                + burned);
        }
    }
}
