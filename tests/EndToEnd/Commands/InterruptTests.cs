using System.Diagnostics;
using System.Globalization;

namespace TraceFast.EndToEnd.Commands;

public sealed class InterruptTests
{
    private const int Steps = 400;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Ctrl-C: the run ends with a checkpoint of its last whole step and exit code 130.</summary>
    [Fact]
    public void An_interrupted_run_saves_what_it_has_done()
    {
        const ulong Interrupt = 1UL << 1; // SIGINT is signal 2
        string ignored = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        if ((ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0)
            Assert.Skip("the tests run where Ctrl-C is ignored (in the background of a shell), and programs inherit that");

        using TemporaryFolder folder = new();
        using Process process = CommandHarness.Start(
            "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
            $"output_dir={folder["out"]}", $"max_steps={Steps}", "max_samples=24", "logging_steps=1");
        while (process.StandardError.ReadLine() is string line)
            if (line.StartsWith("step 3/", StringComparison.Ordinal))
                break;
        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        string rest = process.StandardError.ReadToEnd();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running {s_patience} after the interrupt");
        }
        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}\n{rest}");
        Assert.Contains("interrupted after ", rest, StringComparison.Ordinal);
        int done = File.ReadLines(folder["out/metrics.jsonl"]).Count();
        Assert.InRange(done, 3, Steps - 1);
        Assert.Equal([folder[$"out/checkpoint-{done}"]], Directory.GetDirectories(folder["out"], "checkpoint-*"));
    }
}
