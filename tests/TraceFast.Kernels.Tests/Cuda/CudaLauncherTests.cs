using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.Rope;
using TraceFast.PtxInterpreter;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.Cuda;

/// <summary>The launcher on a driver that keeps account.</summary>
public sealed class CudaLauncherTests
{
    [Fact]
    public void Every_context_that_is_pushed_is_popped_and_the_primary_one_is_released()
    {
        InterpretedDriver driver = new();
        using (CudaLauncher launcher = new(driver, 0))
        {
            Launch(driver, launcher, "rope_f32");
            Assert.Throws<ArgumentException>(
                () => launcher.Launch("rope_f32", new LaunchShape(1, 1, 256), 0, LaunchArgument.Number(1), LaunchArgument.Number(2)));
            Assert.Throws<ArgumentException>(() => launcher.Launch("no_such_kernel", new LaunchShape(1, 1, 256), 0));
            Assert.Throws<CudaDriverException>(() => Launch(driver, launcher, "rope_f32", new LaunchShape(0, 1, 256)));
            Assert.Throws<PtxFault>(() => Launch(driver, launcher, "rope_f32", new LaunchShape(1, 1, 512)));
            Assert.Equal(0, driver.ContextsLeft);
            Assert.Equal(1, driver.References);
            Assert.Equal(1, driver.ModulesLoaded);
        }
        Assert.Equal(0, driver.References);
        Assert.Equal(0, driver.ModulesLoaded);
        Assert.Equal(0, driver.ContextsLeft);
    }

    [Fact]
    public void A_kernel_is_loaded_once_and_launched_on_the_stream_that_is_given()
    {
        InterpretedDriver driver = new();
        using CudaLauncher launcher = new(driver, 0);
        for (int i = 0; i < 3; i++)
            Launch(driver, launcher, "rope_f32", stream: 7);
        Assert.Equal(1, driver.ModulesLoaded);
        Assert.Equal(["rope_f32", "rope_f32", "rope_f32"], driver.Launches);
        Assert.Equal([7, 7, 7], driver.Streams);
    }

    [Fact]
    public void A_card_before_compute_capability_8_is_refused_by_name()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => new CudaLauncher(new InterpretedDriver(major: 7), 0));
        Assert.Contains("compute capability 7.0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("8.0", refused.Message, StringComparison.Ordinal);
        Assert.Throws<CudaDriverException>(() => new CudaLauncher(new InterpretedDriver(), 1));
    }

    [Fact]
    public void The_launch_error_of_a_bad_text_has_the_compilers_log()
    {
        FormatException broken = Assert.Throws<FormatException>(() => new PtxModule(".version 7.1\nnonsense here"));
        Assert.Contains("line 2: nonsense here", broken.Message, StringComparison.Ordinal);
        CudaDriverException error = new("cuModuleLoadDataEx rope_f32", CudaResult.InvalidPtx, "CUDA_ERROR_INVALID_PTX", "line 2");
        Assert.Equal("cuModuleLoadDataEx rope_f32: CUDA_ERROR_INVALID_PTX (218)\nline 2", error.Message);
    }

    [Fact]
    public void Memory_outside_the_arguments_is_a_fault()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InterpretedDriver driver = new();
        using CudaLauncher launcher = new(driver, 0);
        PtxFault fault = Assert.Throws<PtxFault>(() => Launch(driver, launcher, "rope_f32", isAllowed: false));
        Assert.Contains("outside every tensor", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_off_the_16_byte_boundaries_takes_the_plain_kernel()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InterpretedDriver driver = new();
        CudaRope rope = new(driver.Target());
        torch.Tensor all = torch.rand(1 + 3 * 2 * 8), angles = torch.rand(3, 4);
        torch.Tensor aligned = all.narrow(0, 0, 48).view(3, 2, 8), shifted = all.narrow(0, 1, 48).view(3, 2, 8);
        torch.Tensor one = rope.Forward(aligned, angles, angles), two = rope.Forward(shifted, angles, angles);
        Assert.Equal(["rope_vectors_f32", "rope_f32"], driver.Launches);
        KernelSet reference = KernelSet.Reference;
        Close.Assert(Sample.Doubles(reference.Rope.Forward(aligned, angles, angles)), Sample.Doubles(one), 1e-6, "aligned");
        Close.Assert(Sample.Doubles(reference.Rope.Forward(shifted, angles, angles)), Sample.Doubles(two), 1e-6, "shifted");
    }

    private static void Launch(
        InterpretedDriver driver, CudaLauncher launcher, string kernel, LaunchShape? shape = null, nint stream = 0, bool isAllowed = true)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(3, 2, 8), angles = torch.zeros(3, 4), y = torch.zeros(3, 2, 8);
        KernelArgument[] arguments = [x, angles, angles, y, 24L, 2, 8, 4, 16L, 8L, 1f];
        foreach (KernelArgument argument in arguments.Where(a => isAllowed && a.Memory.Bytes > 0))
            driver.Allow(argument.Memory.Address, argument.Memory.Bytes);
        launcher.Launch(kernel, shape ?? new LaunchShape(1, 1, 256), stream, [.. arguments.Select(a => a.Argument)]);
        GC.KeepAlive(arguments);
    }
}
