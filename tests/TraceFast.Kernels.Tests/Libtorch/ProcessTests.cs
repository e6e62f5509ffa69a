using System.Diagnostics;

namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>
/// Classes whose tests measure what the whole process does: its threads, its time, its live tensors. None runs beside
/// another.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "whole process";

    /// <summary>Runs an explicit test in a process of its own, where a crash is a failure and not the end of all tests.</summary>
    public static void RunAlone(Type tests, string test)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (string argument in (string[])["-noColor", "-explicit", "only", "-method", $"{tests.FullName}.{test}"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ended with {process.ExitCode}: {output}");
        Assert.Contains("Total: 1,", output, StringComparison.Ordinal);
    }
}
