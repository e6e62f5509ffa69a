using System.Diagnostics;
using System.Globalization;
using TraceFast.Tests;

namespace TraceFast.Models.Tests;

/// <summary>The real model: log-probs equal transformers', loading stays within its memory.</summary>
public sealed class SmolLm2Tests(ITestOutputHelper output)
{
    [Fact]
    public void Log_probs_equal_transformers()
    {
        using Decoder decoder = Decoder.Load(SmolLm2.Folder, new DecoderOptions());
        IReadOnlyList<SmolLm2Sequence> expected = SmolLm2Sequence.Expected();
        Assert.Equal(16, expected.Count);
        Stopwatch watch = Stopwatch.StartNew();
        int tokens = 0;
        foreach (IGrouping<string, SmolLm2Sequence> sharing in expected.GroupBy(s => string.Join(',', s.Prompt)))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using IDisposable _ = torch.no_grad();
            SmolLm2Sequence[] sequences = [.. sharing];
            PromptTree tree = new(sequences[0].Prompt, [.. sequences.Select(s => s.Response)]);
            tokens += tree.Layout.TokenCount;
            double[][] logps = tree.LogProbs(decoder);
            for (int i = 0; i < sequences.Length; i++)
            {
                Numbers.AssertClose(sequences[i].TokenLogps, logps[i], 2e-4, "token log-probs");
                Assert.Equal(sequences[i].SumLogp, logps[i].Sum(), 2e-3);
            }
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{tokens} tokens in {watch.Elapsed.TotalSeconds:F2} s: {tokens / watch.Elapsed.TotalSeconds:F0} tokens/s"));
    }

    /// <summary>Measured in a process of its own: this test, started again.</summary>
    [Fact]
    public void Loading_peaks_at_weights_largest_tensor_and300_megabytes()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the peak of resident memory is read from /proc");
        const string own = "TRACEFAST_OWN_PROCESS";
        string folder = SmolLm2.Folder;
        if (Environment.GetEnvironmentVariable(own) == null)
        {
            ProcessStartInfo start = new(
                Environment.ProcessPath!,
                ["-showLiveOutput", "-noColor", "-method", $"*.{nameof(Loading_peaks_at_weights_largest_tensor_and300_megabytes)}"])
            {
                RedirectStandardOutput = true,
                Environment = { [own] = "1" },
            };
            using Process child = Process.Start(start)!;
            string text = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            output.WriteLine(string.Join('\n', text.Split('\n').Where(l => l.Contains("peak", StringComparison.Ordinal))));
            Assert.True(child.ExitCode == 0 && text.Contains("Total: 1,", StringComparison.Ordinal), text);
            return;
        }

        using Decoder decoder = Decoder.Load(folder, new DecoderOptions());
        long peak = ProcessMemory.Peak();
        long[] sizes = [.. decoder.ParameterShapes.Select(p => p.Shape.Aggregate(4L, (a, b) => a * b))];
        output.WriteLine($"peak {peak >> 20} MiB; weights {sizes.Sum() >> 20} MiB, largest {sizes.Max() >> 20} MiB");
        Assert.InRange(peak, sizes.Sum(), sizes.Sum() + sizes.Max() + (300L << 20));
    }

    [Fact]
    public void Bfloat16_loads_without_a_copy()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the peak of resident memory is read from /proc");
        string folder = SmolLm2.Folder;
        DecoderOptions options = new() { ComputeDtype = torch.ScalarType.BFloat16 };
        Decoder.Load(folder, options).Dispose();
        GC.Collect();
        long before = ProcessMemory.Anonymous();
        using Decoder decoder = Decoder.Load(folder, options);
        long anonymous = ProcessMemory.Anonymous() - before;
        Assert.True(anonymous < 32L << 20, $"{anonymous >> 20} MiB of memory of its own for mapped weights");
    }
}
