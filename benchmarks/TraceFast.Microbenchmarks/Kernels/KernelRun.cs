using System.Collections.Immutable;
using System.Text.Json;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using TraceFast.Benchmarks.Kernels;
using TraceFast.Data;
using TraceFast.Data.Files;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Microbenchmarks.Kernels;

/// <summary>
/// <c>bench kernels</c>: measures the cases in this process, at every number of threads, and writes table or JSON to stdout, all else to
/// stderr. BenchmarkDotNet would otherwise build a program for the run, which takes long and needs an SDK.
/// </summary>
internal static class KernelRun
{
    /// <summary>The argument before the options.</summary>
    public const string Name = "kernels";

    private const int Done = 0, Failed = 1, BadInput = 2; // as the command line's

    public static int FromOptions(string json)
    {
        KernelBenchmarkOptions options = JsonSerializer.Deserialize<KernelBenchmarkOptions>(json)!;
        try
        {
            return Run(options, Console.Out, Console.Error);
        }
        catch (InputException e)
        {
            Console.Error.WriteLine($"error: {string.Join('\n', e.Lines)}");
            return BadInput;
        }
    }

    public static int Run(KernelBenchmarkOptions options, TextWriter output, TextWriter log)
    {
        LibtorchRuntime.Load();
        IReadOnlyList<KernelCase> cases = KernelCase.Choose(
            KernelCase.All(BenchedProvider.OnThisMachine(log)), options.Filter, options.Short);
        List<KernelPlan> plans = [];
        List<KernelMeasurement> measurements = [];
        int failures = 0;
        foreach (int threads in options.Threads.Select(t => t == 0 ? Environment.ProcessorCount : t).Distinct())
        {
            KernelPlan plan = KernelPlan.Measure(cases, threads, log);
            Summary summary = Measure(plan, options.Short, log);
            KernelMeasurement[] measured = [.. summary.Reports.Select(plan.Measured).OfType<KernelMeasurement>()];
            failures += cases.Count - measured.Length;
            plans.Add(plan);
            measurements.AddRange(measured);
            if (!options.Json)
            {
                AccumulationLogger table = new();
                MarkdownExporter.Console.ExportToLog(summary, table);
                output.Write(table.GetLog());
            }
        }
        if (options.Json)
            KernelJson.Write(output, plans, measurements);
        if (options.Html is string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(KernelPage.Render(plans, measurements)));
        }
        if (failures > 0)
            log.WriteLine($"error: {failures} of {cases.Count * plans.Count} cases failed");
        return failures > 0 ? Failed : Done;
    }

    private static Summary Measure(KernelPlan plan, bool brief, TextWriter log)
    {
        KernelBenchmarks.Plan = plan;
        LogCapture messages = new();
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default
                .WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(10), logOutput: false))
                .WithStrategy(BenchmarkDotNet.Engines.RunStrategy.Throughput)
                .WithLaunchCount(1)
                .WithInvocationCount(1)
                .WithUnrollFactor(1)
                .WithWarmupCount(brief ? 1 : 3)
                .WithIterationCount(brief ? 5 : 15)
                .WithEvaluateOverhead(false))
            .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
            .AddColumn([.. KernelColumn.All])
            .AddLogger(messages)
            .WithOrderer(new TableOrder())
            .WithOptions(ConfigOptions.DisableLogFile);
        Summary summary = BenchmarkRunner.Run<KernelBenchmarks>(config);
        if (summary.Reports.Any(r => !r.Success))
            foreach (OutputLine line in messages.CapturedOutput.Where(l => l.Kind == LogKind.Error))
                log.Write(line.Text);
        return summary;
    }

    /// <summary>Cases in the order of the plan; BenchmarkDotNet's own sorts them by name.</summary>
    private sealed class TableOrder : DefaultOrderer
    {
        public override IEnumerable<BenchmarkCase> GetExecutionOrder(
            ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkLogicalGroupRule>? order = null) => Planned(benchmarksCase);

        public override IEnumerable<BenchmarkCase> GetSummaryOrder(ImmutableArray<BenchmarkCase> benchmarksCases, Summary summary) =>
            Planned(benchmarksCases);

        private static IEnumerable<BenchmarkCase> Planned(IEnumerable<BenchmarkCase> benchmarks)
        {
            List<KernelCase> cases = [.. KernelBenchmarks.Plan.Cases];
            return benchmarks.OrderBy(b => cases.IndexOf(KernelPlan.CaseOf(b)));
        }
    }
}
