using System.Globalization;
using TraceFast.Benchmarks.Gpu.Cases;
using TraceFast.Cuda;

namespace TraceFast.Benchmarks.Gpu;

/// <summary>Runs the case table and the bandwidths on one device and prints a table of each.</summary>
internal static class Checks
{
    private const long CopyBytes = 1L << 30;

    public static IReadOnlyList<KernelCase> Cases { get; } = [.. LayerCases.All(), .. LossCases.All()];

    /// <summary>All cases; a line for each operation and dtype, one for each case that failed.</summary>
    /// <returns>How many failed.</returns>
    public static int RunCases(GpuDevice device, TextWriter output)
    {
        Line(output, $"{"operation",-18}{"dtype",-6}{"cases",6}{"passed",8}  largest error, share of what is allowed");
        int failed = 0;
        foreach (IGrouping<(string Operation, Element Element), KernelCase> group in Cases.GroupBy(c => (c.Operation, c.Element)))
        {
            (int passed, double worst) = (0, 0);
            List<string> failures = [];
            foreach ((int index, KernelCase row) in group.Index())
            {
                using KernelCheck check = new(device, index + 1);
                row.Run(check);
                worst = Math.Max(worst, check.WorstShare);
                if (check.WorstShare <= 1)
                    passed++;
                else
                    failures.Add(
                        string.Create(
                            CultureInfo.InvariantCulture, $"  FAILED {row.Shape}: {check.Worst}, {check.WorstShare:0.0} times the bound"));
            }
            Line(output, $"{group.Key.Operation,-18}{group.Key.Element.Suffix(),-6}{passed + failures.Count,6}{passed,8}  {worst:0.00}");
            failures.ForEach(output.WriteLine);
            failed += failures.Count;
        }
        return failed;
    }

    /// <summary>Every kernel beside the device's copy.</summary>
    public static void RunBandwidth(GpuDevice device, TextWriter output, int rows = 8192, long copyBytes = CopyBytes)
    {
        double copy = Bandwidth.Copy(device, copyBytes);
        Line(output, $"{"kernel",-34}{"shape",-30}{"MB",9}{"us",10}{"GB/s",9}{"% of copy",11}");
        Line(output, $"{"cuMemcpyDtoD",-34}{"",-30}{2 * copyBytes / 1e6,9:0}{2 * copyBytes / copy * 1e6,10:0}{copy / 1e9,9:0}{100,11}");
        foreach (BandwidthResult result in Bandwidth.Run(device, rows))
        {
            (double microseconds, double rate) = (result.Seconds * 1e6, result.BytesPerSecond);
            Line(
                output,
                $"{result.Kernel,-34}{result.Shape,-30}{result.Bytes / 1e6,9:0}{microseconds,10:0}{rate / 1e9,9:0}{100 * rate / copy,11:0}");
        }
    }

    /// <returns>0: every case passed; 1: some failed; 2: usage; 3: no GPU that the kernels take.</returns>
    public static int Run(string[] arguments, ICudaDriver driver, TextWriter output, TextWriter error)
    {
        int ordinal = 0;
        if (arguments is not [] && !(arguments is ["--device", string number] && int.TryParse(number, out ordinal) && ordinal >= 0))
        {
            error.WriteLine("usage: gpu-check [--device N]: every GPU kernel against float64 loops, then its bandwidth");
            return 2;
        }
        try
        {
            using GpuDevice device = new(driver, ordinal);
            Line(output,
                $"device {ordinal}: {device.Name}, {device.Multiprocessors} multiprocessors, driver for CUDA {device.DriverVersion}");
            int failed = RunCases(device, output);
            if (failed == 0)
                RunBandwidth(device, output);
            else
                Line(output, $"{failed} of {Cases.Count} cases failed: no bandwidth of kernels that are wrong");
            return failed == 0 ? 0 : 1;
        }
        catch (DllNotFoundException)
        {
            error.WriteLine("libcuda.so.1 is not on this machine: install NVIDIA's driver");
            return 3;
        }
        catch (Exception e) when (e is NotSupportedException
            or CudaDriverException { Result: CudaResult.NoDevice or CudaResult.InvalidDevice })
        {
            error.WriteLine(e.Message);
            return 3;
        }
        catch (CudaDriverException e)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Line(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
