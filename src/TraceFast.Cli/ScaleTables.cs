using System.Text.Json;
using TraceFast.Benchmarks.Scale;
using TraceFast.Report;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>What <c>bench scale</c> prints: the constants with their sources, the ping-pong, the check, and the predictions.</summary>
internal static class ScaleTables
{
    private const double GiB = 1 << 30;

    /// <param name="width">Of the terminal; null: the predictions as a Markdown table, a row for each model and method.</param>
    public static void Write(TextWriter output, ScaleMeasurement m, int? width)
    {
        MachineConstants c = m.Machine;
        Line($"network: latency {Seconds(c.Network.Latency)}, bandwidth {Rate(c.Network.Bandwidth)}");
        Line($"a rank: {c.Flops / 1e9:0} GFLOP/s in a step, memory {c.Memory / GiB:0.0} GiB, host {Rate(c.MemoryBandwidth)}");
        if (c.Gpu is { } gpu)
            Line($"its GPU: memory {Rate(gpu.MemoryBandwidth)}, link to the host {Rate(gpu.Link)}");
        foreach (string source in m.Sources)
            output.Write($"  {source}\n");
        output.Write(StepOf(m.Plan) + "\n\n");
        if (m.PingPong.Count > 0)
            WritePingPong(output, m, width);
        if (m.Checks.Count > 0)
            WriteChecks(output, m.Checks, width);
        if (width is int columns)
            WritePredictions(output, m.Predictions, columns);
        else
            WriteMarkdown(output, m);

        void Line(FormattableString text) => output.Write(text.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    public static void Write(Utf8JsonWriter json, ScaleMeasurement m)
    {
        json.WriteNumber("latency_s", m.Machine.Network.Latency);
        json.WriteNumber("bandwidth_bytes_per_s", m.Machine.Network.Bandwidth);
        json.WriteNumber("achieved_flops", m.Machine.Flops);
        json.WriteString("dtype", m.Machine.Dtype.ToString().ToLowerInvariant());
        json.WriteNumber("memory_bandwidth_bytes_per_s", m.Machine.MemoryBandwidth);
        json.WriteNumber("memory_bytes", m.Machine.Memory);
        json.WriteStartArray("sources");
        foreach (string source in m.Sources)
            json.WriteStringValue(source);
        json.WriteEndArray();
        if (m.Machine.Gpu is { } gpu)
        {
            json.WriteNumber("gpu_bandwidth_bytes_per_s", gpu.MemoryBandwidth);
            json.WriteNumber("gpu_link_bytes_per_s", gpu.Link);
        }
        json.WriteNumber("quads", m.Plan.Quads);
        json.WriteStartArray("tokens");
        foreach (int tokens in new[] { m.Plan.Quad.X1, m.Plan.Quad.Y1, m.Plan.Quad.X2, m.Plan.Quad.Y2 })
            json.WriteNumberValue(tokens);
        json.WriteEndArray();
        json.WriteString("reduction", NameOf(m.Plan.Reduction));
        if (m.Fit is { } fit)
        {
            json.WriteNumber("fit_relative_error_rms", fit.Residual);
            json.WriteNumber("fit_relative_error_largest", fit.Largest.Error);
        }
        WriteList("ping_pong", m.PingPong, t =>
        {
            json.WriteNumber("bytes", t.Bytes);
            json.WriteNumber("s_median", t.Median);
            json.WriteNumber("s_least", t.Least);
        });
        WriteList("checks", m.Checks, c =>
        {
            json.WriteString("model", c.Model.Name);
            json.WriteString("method", c.Model.Method);
            json.WriteString("reduction", NameOf(c.Reduction));
            json.WriteNumber("s_predicted", c.Predicted);
            json.WriteNumber("s_measured", c.Measured);
        });
        WriteList("predictions", m.Predictions, p =>
        {
            json.WriteString("model", p.Model.Name);
            json.WriteString("method", p.Model.Method);
            json.WriteNumber("weights", p.Model.Weights);
            json.WriteNumber("trained", p.Model.Trained);
            json.WriteNumber("ranks", p.Ranks);
            json.WriteNumber("micro_batches_per_rank", p.MicroBatches);
            json.WriteNumber("s_per_step", p.Parts.Total);
            json.WriteNumber("s_compute", p.Parts.Compute);
            json.WriteNumber("s_network_bandwidth", p.Parts.NetworkBandwidth);
            json.WriteNumber("s_network_latency", p.Parts.NetworkLatency);
            json.WriteNumber("s_memory_bandwidth", p.Parts.MemoryBandwidth);
            json.WriteNumber("s_gpu_link", p.Parts.GpuLink);
            json.WriteNumber("efficiency", p.Efficiency);
            json.WriteNumber("sent_bytes", p.SentBytes);
            json.WriteNumber("memory_bytes", p.MemoryBytes);
            json.WriteString("limit", NameOf(p.Limit));
        });

        void WriteList<T>(string name, IReadOnlyList<T> items, Action<T> fields)
        {
            json.WriteStartArray(name);
            foreach (T item in items)
            {
                json.WriteStartObject();
                fields(item);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    }

    private static string StepOf(ScalePlan plan)
    {
        string batch = plan.GlobalBatch is int all ? $"{all} micro-batches in all" : $"{plan.Accumulation} micro-batches a rank";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step: {batch} of {plan.Quads} quads of {plan.Quad.X1} + {plan.Quad.Y1} tokens a side; {NameOf(plan.Reduction)} reduction, "
            + $"{(plan.Reduction == GradientReduction.Fast ? "beside the last backward pass" : "nothing overlaps")}");
    }

    private static void WritePingPong(TextWriter output, ScaleMeasurement m, int? width) => Table(
        output, width, ["message", "median", "least", "by the fit", "error"],
        [.. m.PingPong.Select(t => (string[])[
            Bytes(t.Bytes), Seconds(t.Median), Seconds(t.Least), Seconds(m.Machine.Network.Seconds(t.Bytes)),
            Percent((m.Machine.Network.Seconds(t.Bytes) / t.Median) - 1)])]);

    private static void WriteChecks(TextWriter output, IReadOnlyList<ExchangeCheck> checks, int? width) => Table(
        output, width, ["exchange of gradients", "method", "reduction", "predicted", "measured", "measured / predicted"],
        [.. checks.Select(c => (string[])[
            c.Model.Name, c.Model.Method, NameOf(c.Reduction), Seconds(c.Predicted), Seconds(c.Measured),
            (c.Measured / c.Predicted).ToString("0.00", CultureInfo.InvariantCulture)])]);

    private static void WritePredictions(TextWriter output, IReadOnlyList<StepPrediction> predictions, int width) => Table(
        output, width,
        [
            "model", "method", "ranks", "step", "compute", "network bytes", "messages", "memory", "GPU link", "sent", "efficiency", "needs",
            "limit",
        ],
        [.. predictions.Select(p => (string[])[
            p.Model.Name, p.Model.Method, p.Ranks.ToString(CultureInfo.InvariantCulture), Seconds(p.Parts.Total), Seconds(p.Parts.Compute),
            Seconds(p.Parts.NetworkBandwidth), Seconds(p.Parts.NetworkLatency), Seconds(p.Parts.MemoryBandwidth), Seconds(p.Parts.GpuLink),
            Bytes(p.SentBytes), Percent(p.Efficiency), Bytes(p.MemoryBytes), NameOf(p.Limit)])]);

    private static void WriteMarkdown(TextWriter output, ScaleMeasurement m)
    {
        int[] ranks = [.. m.Plan.Ranks];
        output.Write(
            "Efficiency in %, and what takes most of the step: c compute, b network bandwidth, l network latency, m memory bandwidth, "
            + "g link to the GPU; - the model does not fit.\n\n");
        Table(
            output, null,
            ["model", "method", "trained, M", "needs, GiB", $"step on {ranks[0]}",
                .. ranks.Select(r => r.ToString(CultureInfo.InvariantCulture))],
            [.. m.Predictions.Chunk(ranks.Length).Select(row => (string[])[
                row[0].Model.Name, row[0].Model.Method, (row[0].Model.Trained / 1e6).ToString("N1", CultureInfo.InvariantCulture),
                (row[^1].MemoryBytes / GiB).ToString("N1", CultureInfo.InvariantCulture), Seconds(row[0].Parts.Total),
                .. row.Select(Cell)])]);
    }

    private static string Cell(StepPrediction p) => p.Limit switch
    {
        ScaleLimit.MemorySize => "-",
        ScaleLimit.Compute => $"{Whole(p.Efficiency)} c",
        ScaleLimit.NetworkBandwidth => $"{Whole(p.Efficiency)} b",
        ScaleLimit.NetworkLatency => $"{Whole(p.Efficiency)} l",
        ScaleLimit.MemoryBandwidth => $"{Whole(p.Efficiency)} m",
        _ => $"{Whole(p.Efficiency)} g",
    };

    /// <summary>As columns, or in Markdown where the width is null.</summary>
    private static void Table(TextWriter output, int? width, string[] headings, IReadOnlyList<string[]> rows)
    {
        if (width is int columns)
        {
            new TextTable(headings, rows)
            {
                IsText = c => c == 0 || headings[c] is "method" or "reduction" or "limit",
            }.Write(output, columns);
            return;
        }
        foreach (string[] line in (IEnumerable<string[]>)[headings, [.. headings.Select(_ => "---")], .. rows])
            output.Write($"| {string.Join(" | ", line)} |\n");
        output.Write("\n");
    }

    private static string NameOf(GradientReduction reduction) => reduction.ToString().ToLowerInvariant();

    private static string NameOf(ScaleLimit limit) => limit switch
    {
        ScaleLimit.Compute => "compute",
        ScaleLimit.NetworkBandwidth => "network bandwidth",
        ScaleLimit.NetworkLatency => "network latency",
        ScaleLimit.MemoryBandwidth => "memory bandwidth",
        ScaleLimit.GpuLink => "GPU link",
        _ => "memory size",
    };

    private static string Seconds(double seconds) => seconds switch
    {
        0 => "0",
        < 1e-6 => Figures(seconds * 1e9) + " ns",
        < 1e-3 => Figures(seconds * 1e6) + " us",
        < 1 => Figures(seconds * 1e3) + " ms",
        _ => Figures(seconds) + " s",
    };

    private static string Bytes(double bytes) => bytes switch
    {
        0 => "0",
        < 1 << 10 => Figures(bytes) + " B",
        < 1 << 20 => Figures(bytes / (1 << 10)) + " KiB",
        < GiB => Figures(bytes / (1 << 20)) + " MiB",
        _ => Figures(bytes / GiB) + " GiB",
    };

    private static string Rate(double bytesPerSecond) =>
        bytesPerSecond < 1e9 ? Figures(bytesPerSecond / 1e6) + " MB/s" : Figures(bytesPerSecond / 1e9) + " GB/s";

    /// <summary>Three digits, or all of a whole part.</summary>
    private static string Figures(double value) =>
        value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    private static string Whole(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture);
}
