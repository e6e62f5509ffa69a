using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Kernels.Profiling;
using TraceFast.Training.Loop;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>The measurement as one JSON object on one line, as the other benches write theirs.</summary>
internal static class KernelJson
{
    public static void Write(TextWriter output, IReadOnlyList<KernelPlan> plans, IReadOnlyList<KernelMeasurement> measurements)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("processor", RunEnvironment.Processor);
            json.WriteString("libtorch", torch.__version__);
            json.WriteStartArray("rooflines");
            foreach (KernelPlan plan in plans)
                foreach (((DeviceType device, torch.ScalarType _), Roofline roofline) in plan.Rooflines)
                    Write(json, plan.Threads, device, roofline);
            json.WriteEndArray();
            json.WriteStartArray("kernels");
            foreach (KernelMeasurement measurement in measurements)
                Write(json, measurement);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
    }

    private static void Write(Utf8JsonWriter json, int threads, DeviceType device, Roofline roofline)
    {
        json.WriteStartObject();
        json.WriteString("device", KernelCase.NameOf(device));
        json.WriteString("dtype", KernelCase.NameOf(roofline.Dtype));
        json.WriteNumber("threads", threads);
        json.WriteNumber("matmul_peak_flops", roofline.Flops);
        json.WriteNumber("bandwidth_bytes_per_s", roofline.Bandwidth);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, KernelMeasurement m)
    {
        json.WriteStartObject();
        json.WriteString("name", m.Case.Name);
        json.WriteString("operation", m.Case.Operation.Name);
        json.WriteString("shape", m.Case.Shape.Name);
        json.WriteString("size", m.Case.Operation.Size(m.Case.Shape));
        json.WriteString("direction", KernelCase.NameOf(m.Case.Direction.Direction));
        json.WriteString("dtype", KernelCase.NameOf(m.Case.Dtype));
        json.WriteString("provider", m.Case.Provider);
        json.WriteString("device", KernelCase.NameOf(m.Case.By.Device.type));
        json.WriteNumber("threads", m.Threads);
        json.WriteNumber("s_median", m.Seconds);
        json.WriteNumber("flop", m.Case.Cost.Flops);
        json.WriteNumber("bytes", m.Case.Cost.Bytes);
        json.WriteNumber("achieved_flops", m.Flops);
        json.WriteNumber("achieved_bytes_per_s", m.BytesPerSecond);
        json.WriteString("bound", m.Bound);
        json.WriteNumber("share_of_roofline", m.ShareOfRoofline);
        json.WriteNumber("allocated_bytes", m.AllocatedBytes);
        json.WriteEndObject();
    }
}
