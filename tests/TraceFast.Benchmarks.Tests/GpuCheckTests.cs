using TraceFast.Benchmarks.Gpu;
using TraceFast.Cuda;
using TraceFast.PtxInterpreter;

namespace TraceFast.Benchmarks.Tests;

/// <summary>benchmarks/gpu's check of the GPU kernels, its device being an interpreter of their PTX.</summary>
public sealed class GpuCheckTests
{
    /// <summary>2^-22 is what NVIDIA allows ex2.approx and lg2.approx.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1.0 / (1 << 22))]
    public void Every_case_passes_and_every_kernel_is_launched(double approximation)
    {
        InterpretedDriver driver = new(approximation);
        using (GpuDevice device = new(driver, 0))
        {
            StringWriter output = new();
            int failed = Checks.RunCases(device, output);
            Assert.True(failed == 0, output.ToString());
            Assert.Equal(CudaLauncher.Kernels.Order(), device.Launched.Order());
        }
        Assert.Equal((0, 0, 0), (driver.BlocksLeft, driver.ContextsLeft, driver.References));
    }

    [Fact]
    public void A_device_whose_exponentials_are_wrong_fails_with_the_values_and_1()
    {
        StringWriter output = new(), error = new();
        Assert.Equal(1, Checks.Run([], new InterpretedDriver(approximation: 1e-2), output, error));
        Assert.Matches(@"FAILED \[40, 1536\] activation 0, vectors: \w+\[\d+\] is .*, expected .*, [\d.]+ times", output.ToString());
        Assert.Matches(@"tree_attention +f32 +4 +[0-3] ", output.ToString());
        Assert.Matches(@"rope +f32 +7 +7 ", output.ToString());
        Assert.Contains("cases failed: no bandwidth", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void Bandwidths_stand_beside_the_copys()
    {
        InterpretedDriver driver = new();
        StringWriter output = new();
        using (GpuDevice device = new(driver, 0))
            Checks.RunBandwidth(device, output, rows: 2, copyBytes: 1 << 16);
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2 + (2 * 10) + 1, lines.Length);
        Assert.Matches(@"^cuMemcpyDtoD .* 100$", lines[1]);
        Assert.Matches(@"^rms_norm_forward_vectors_bf16 +\[2, 4096\] \+ residual .* \d+ +\d+ +\d+$", lines[2]);
        Assert.Equal(0, driver.BlocksLeft);
    }

    [Fact]
    public void Bad_arguments_are_2_and_a_missing_or_old_device_3()
    {
        StringWriter output = new(), error = new();
        Assert.Equal(2, Checks.Run(["--devices", "1"], new InterpretedDriver(), output, error));
        Assert.Contains("usage: gpu-check", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Checks.Run(["--device", "1"], new InterpretedDriver(), output, error));
        Assert.Contains("cuDeviceGet: InvalidDevice", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Checks.Run([], new InterpretedDriver(major: 7), output, error));
        Assert.Contains("compute capability 7.0; the kernels need 8.0", error.ToString(), StringComparison.Ordinal);
    }
}
