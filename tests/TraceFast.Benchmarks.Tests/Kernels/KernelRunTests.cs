using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TraceFast.Benchmarks.Kernels;
using TraceFast.Benchmarks.Step;
using TraceFast.Kernels;
using TraceFast.Kernels.Profiling;
using TraceFast.Microbenchmarks.Kernels;

namespace TraceFast.Benchmarks.Tests.Kernels;

/// <summary>What is measured of a case, its arithmetic against figures worked by hand, and what is written of it.</summary>
[Collection(nameof(AloneTests))]
public sealed partial class KernelRunTests : IDisposable
{
    private static readonly BenchedProvider[] s_providers =
        [new(KernelSet.Reference, torch.CPU), new(KernelSet.Tiled, torch.CPU), new(KernelSet.Cpu, torch.CPU)];

    private static readonly IReadOnlyList<KernelCase> s_all = KernelCase.All(s_providers);

    // 100 GFLOP/s and 10 GB/s: the ridge is at 10 FLOP a byte.
    private static readonly Roofline s_roofline = new(torch.ScalarType.Float32, 1e11, 1e10);

    // Widths that need no time: what is tested is that the calls are made as the operations want them.
    private static readonly BenchedShape s_tiny = new("tiny", 16, 24, 4, 2, 8, 40, 2, 2, new QuadLength(3, 4, 2, 5));

    private readonly int _threads = torch.get_num_threads();

    public static TheoryData<string> TinyCases => [.. Tiny().Select(c => c.Name)];

    public void Dispose()
    {
        KernelBenchmarks.Plan = KernelPlan.Nothing;
        torch.set_num_threads(_threads);
    }

    [Theory]
    [MemberData(nameof(TinyCases))]
    public void Every_case_runs_and_frees_what_it_made(string name)
    {
        KernelCase one = Assert.Single(Tiny(), c => c.Name == name);
        KernelBenchmarks.Plan = new KernelPlan(
            [one], 1, new Dictionary<(DeviceType, torch.ScalarType), Roofline>(), TextWriter.Null);
        long before = torch.Tensor.TotalCount;
        KernelBenchmarks benchmarks = new() { Case = one };
        benchmarks.MakeOperands();
        for (int iteration = 0; iteration < 2; iteration++)
        {
            benchmarks.Record();
            benchmarks.Run();
            benchmarks.Forget();
        }
        benchmarks.FreeOperands();
        // The gradients of one backward are let go by the next: at most three of them.
        Assert.InRange(torch.Tensor.TotalCount - before, -3, 3);
    }

    [Fact]
    public void Rates_and_the_share_of_the_roofline_follow_from_cost_and_time()
    {
        // 1600 x 576 elements of float32 forward: 4 x 921,600 + 3 x 1600 = 3,691,200 FLOP, 4 x (2 x 921,600 + 576) = 7,375,104 bytes.
        KernelMeasurement memory = Measured("rms_norm/smollm2-135m/forward/float32/cpu", 1e-3);
        Assert.Equal(3.6912e9, memory.Flops, 1e-3);
        Assert.Equal(7.375104e9, memory.BytesPerSecond, 1e-3);
        Assert.Equal(0.7375104, memory.ShareOfRoofline, 1e-12); // 7,375,104 bytes take 0.7375104 ms at 10 GB/s
        Assert.Equal("memory", memory.Bound);

        // 2 x 1600 x (576 x 1536 + 8 x (576 + 1536)) = 2,885,222,400 FLOP, 28.9 ms at 100 GFLOP/s.
        KernelMeasurement matmul = Measured("lora_linear/smollm2-135m/forward/float32/cpu", 0.1);
        Assert.Equal(2.8852224e10, matmul.Flops, 1e-3);
        Assert.Equal(0.28852224, matmul.ShareOfRoofline, 1e-12);
        Assert.Equal("matmul", matmul.Bound);
    }

    [Fact]
    public void Columns_show_a_measurement_with_three_digits()
    {
        KernelMeasurement m = Measured("rms_norm/smollm2-135m/forward/float32/cpu", 1e-3);
        Assert.Equal(
            ["operation", "shape", "size", "direction", "dtype", "provider", "threads", "median", "GFLOP/s", "GB/s", "bound",
                "% of roofline", "allocated"],
            KernelColumn.All.Select(c => c.ColumnName));
        Assert.Equal(
            ["rms_norm", "smollm2-135m", "1600 x 576", "forward", "float32", "cpu", "2", "1.00 ms", "3.69", "7.38", "memory", "73.8",
                "1,234 B"],
            KernelColumn.All.Select(c => c.Cell(m)));
    }

    [Fact]
    public void The_page_draws_every_kernel_under_both_ceilings()
    {
        KernelMeasurement[] measurements = [.. s_all.Where(c => c.Shape == BenchedShape.Demo && c.Dtype == torch.ScalarType.Float32)
            .Select(c => new KernelMeasurement(c, 2, s_roofline, 1e-3, 0))];
        string page = KernelPage.Render([Plan()], measurements);
        string svg = Svg().Match(page).Value;
        XElement plot = XElement.Parse(svg);
        string[] texts = [.. plot.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        for (int number = 1; number <= measurements.Length; number++)
            Assert.Contains(number.ToString(System.Globalization.CultureInfo.InvariantCulture), texts);
        foreach (string legend in measurements.Select(m => $"{m.Case.Operation.Name}, {m.Case.Provider}").Distinct())
            Assert.Contains(legend, texts);
        Assert.Contains("memory, 10.0 GB/s", texts);
        Assert.Contains("matmul, 100.0 GFLOP/s", texts);
        Assert.Contains("FLOP/byte", texts);
        Assert.Single(Svg().Matches(page));
        Assert.All(measurements, m => Assert.Contains($"<td>{m.Case.Operation.Size(m.Case.Shape)}</td>", page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_writes_one_JSON_object_with_every_figure()
    {
        using StringWriter output = new(), log = new();
        int code = KernelRun.Run(
            new KernelBenchmarkOptions { Filter = "iopo_loss/*", Short = true, Json = true, Threads = [1, 2] }, output, log);
        Assert.True(code == 0, log.ToString());
        using JsonDocument document = JsonDocument.Parse(output.ToString());
        JsonElement root = document.RootElement;
        Assert.Equal(["processor", "libtorch", "rooflines", "kernels"], root.EnumerateObject().Select(p => p.Name));
        JsonElement[] rooflines = [.. root.GetProperty("rooflines").EnumerateArray()];
        Assert.Equal([1, 2], rooflines.Select(r => r.GetProperty("threads").GetInt32()));
        Assert.Equal(
            ["device", "dtype", "threads", "matmul_peak_flops", "bandwidth_bytes_per_s"],
            rooflines[0].EnumerateObject().Select(p => p.Name));
        JsonElement[] kernels = [.. root.GetProperty("kernels").EnumerateArray()];
        Assert.Equal([1, 2], kernels.Select(k => k.GetProperty("threads").GetInt32()));
        JsonElement kernel = kernels[0];
        Assert.Equal(
            ["name", "operation", "shape", "size", "direction", "dtype", "provider", "device", "threads", "s_median", "flop", "bytes",
                "achieved_flops", "achieved_bytes_per_s", "bound", "share_of_roofline", "allocated_bytes"],
            kernel.EnumerateObject().Select(p => p.Name));
        // 3 x 1200 + 40 FLOP, 2 x 4 x 1200 + 116 bytes.
        Assert.Equal((3640.0, 9716.0), (kernel.GetProperty("flop").GetDouble(), kernel.GetProperty("bytes").GetDouble()));
        double seconds = kernel.GetProperty("s_median").GetDouble();
        Assert.InRange(seconds, 1e-7, 1);
        Assert.Equal(3640 / seconds, kernel.GetProperty("achieved_flops").GetDouble(), 1e-3);
        Assert.True(kernel.GetProperty("allocated_bytes").GetDouble() > 0);
        Assert.Contains("roofline: 1 threads, cpu, float32:", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_json_the_output_is_a_table_of_Markdown()
    {
        using StringWriter output = new(), log = new();
        int code = KernelRun.Run(
            new KernelBenchmarkOptions { Filter = "iopo_loss/*", Short = true, Threads = [1] }, output, log);
        Assert.True(code == 0, log.ToString());
        string[] rows = [.. output.ToString().Split('\n').Where(l => l.StartsWith('|'))];
        Assert.Equal(3, rows.Length);
        Assert.Contains("% of roofline", rows[0], StringComparison.Ordinal);
        Assert.Contains("iopo_loss", rows[2], StringComparison.Ordinal);
    }

    private static IEnumerable<KernelCase> Tiny() => s_all.Where(c => c.Shape == BenchedShape.Demo)
        .Select(c => new KernelCase(c.Operation, s_tiny, c.Direction, c.Dtype, c.By));

    private static KernelCase Case(string name) => Assert.Single(s_all, c => c.Name == name);

    private static KernelMeasurement Measured(string name, double seconds) => new(Case(name), 2, s_roofline, seconds, 1234);

    private static KernelPlan Plan() => new(
        [], 2, new Dictionary<(DeviceType, torch.ScalarType), Roofline> { [(DeviceType.CPU, torch.ScalarType.Float32)] = s_roofline },
        TextWriter.Null);

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();
}
