using TraceFast.Kernels;
using TraceFast.Models.Files;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Metrics;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Tests.Optimization;

public sealed class AdamWOptimizerTests : IDisposable
{
    private readonly string _path = Path.Combine(
        Directory.CreateTempSubdirectory("tracefast-optimizer-").FullName, "optimizer.safetensors");
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    private static torch.Tensor Parameter(params float[] values) => torch.tensor(values).requires_grad_(true);

    // clip_grad_norm_([3, 4], 1): norm 5, factor 1 / (5 + 1e-6); with [0.3, 0.4] nothing is clipped.
    [Theory]
    [InlineData(5, 1, 1 / 5.000001)]
    [InlineData(0.5, 1, 1)]
    [InlineData(5, 0, 1)]
    public void The_clipping_factor_is_that_of_torch(double norm, double limit, double factor) =>
        Assert.Equal(factor, GradientClipping.Factor(norm, limit), 1e-15);

    [Fact]
    public void The_norm_is_global_over_tensors_of_any_size()
    {
        torch.Tensor large = torch.ones([(1 << 22) + 5]);
        Assert.Equal(Math.Sqrt((1 << 22) + 5 + 25), GradientClipping.GlobalNorm([large, torch.tensor(new[] { 3f, 4f })]), 1e-9);
    }

    [Fact]
    public void Only_decayed_parameters_shrink_without_a_gradient_to_follow()
    {
        torch.Tensor weight = Parameter(1), norm = Parameter(1);
        using AdamWOptimizer optimizer = new(
            KernelSet.Reference, [("layer.weight", weight), ("layer.norm.weight", norm)], new OptimizerOptions(WeightDecay: 0.1));
        (weight.grad, norm.grad) = (torch.zeros([1]), torch.zeros([1]));
        Assert.Equal(0, optimizer.Step(0.5));
        Assert.Equal(1 - (0.5f * 0.1f), weight.item<float>(), 1e-7f);
        Assert.Equal(1, norm.item<float>());
        Assert.Null(weight.grad);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing()
    {
        torch.Tensor weight = Parameter(1, 2);
        using AdamWOptimizer optimizer = new(KernelSet.Reference, [("w", weight)], new OptimizerOptions());
        weight.grad = torch.tensor(new[] { 1f, float.NaN });
        Assert.Throws<TrainingDivergedException>(() => optimizer.Step(0.1));
        Assert.Equal([1f, 2f], weight.detach().data<float>().ToArray());
    }

    [Fact]
    public void A_restored_optimizer_goes_on_to_the_bit()
    {
        torch.Tensor one = Parameter(1, 2, 3), two = Parameter(9, 9, 9);
        using AdamWOptimizer first = new(KernelSet.Reference, [("w", one)], new OptimizerOptions()),
            second = new(KernelSet.Reference, [("w", two)], new OptimizerOptions());
        Steps(first, one, 3);
        first.Save(_path);
        second.Load(_path);
        Steps(first, one, 2);
        Steps(second, two, 2);
        Assert.Equal(one.detach().data<float>().ToArray(), two.detach().data<float>().ToArray());
    }

    [Fact]
    public void A_file_of_other_parameters_is_refused_by_name()
    {
        using AdamWOptimizer first = new(KernelSet.Reference, [("w", Parameter(1))], new OptimizerOptions());
        first.Save(_path);
        using AdamWOptimizer other = new(KernelSet.Reference, [("v", Parameter(1))], new OptimizerOptions()),
            longer = new(KernelSet.Reference, [("w", Parameter(1, 2))], new OptimizerOptions());
        Assert.Contains(
            "parameter.v is missing", Assert.Throws<CheckpointException>(() => other.Load(_path)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "shape [1], expected [2]", Assert.Throws<CheckpointException>(() => longer.Load(_path)).Message, StringComparison.Ordinal);
    }

    /// <summary>The file holds three numbers a parameter, of which one tensor at a time is in memory.</summary>
    [Fact]
    public void Restoring_takes_no_memory_for_the_file()
    {
        const string Reset = "/proc/self/clear_refs";
        if (!File.Exists(Reset))
            Assert.Skip($"the peak of resident memory is reset by {Reset}, which is not there");
        (string, torch.Tensor)[] parameters =
            [.. Enumerable.Range(0, 16).Select(i => ($"w{i}", torch.ones([1 << 20]).requires_grad_(true)))];
        using AdamWOptimizer optimizer = new(KernelSet.Cpu, parameters, new OptimizerOptions());
        optimizer.Save(_path);
        optimizer.Load(_path); // moments have their pages now
        File.WriteAllText(Reset, "5");
        double before = ProcessMemory.PeakMiB();
        optimizer.Load(_path);
        Assert.InRange(ProcessMemory.PeakMiB() - before, 0, 24); // of 192
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void Moments_in_8_bits_are_restored_to_the_bit(string kernels)
    {
        KernelSet set = kernels == "cpu" ? KernelSet.Cpu : KernelSet.Reference;
        (string Name, torch.Tensor Parameter)[] one = Model(), two = Model();
        OptimizerOptions options = new(WeightDecay: 0.1) { MomentsIn8Bits = true };
        using AdamWOptimizer first = new(set, one, options), second = new(set, two, options);
        Walk(first, one, 0, 3);
        first.Save(_path);
        string again = _path + ".again";
        second.Load(_path);
        second.Save(again);
        Assert.Equal(File.ReadAllBytes(_path), File.ReadAllBytes(again));
        using (SafetensorsFile file = SafetensorsFile.Open(_path))
        {
            Assert.Equal(
                ["absmax1.up_proj.weight", "absmax2.up_proj.weight", "exp_avg.model.embed_tokens.weight", "exp_avg.model.norm.weight",
                    "state1.up_proj.weight", "state2.up_proj.weight"],
                file.Tensors.Select(t => t.Name)
                    .Where(n => n.StartsWith("absmax") || n.StartsWith("state") || n.StartsWith("exp_avg.")).Order(StringComparer.Ordinal));
            Assert.Equal([64, 80], file.Load("state1.up_proj.weight").shape);
            Assert.Equal([20], file.Load("absmax2.up_proj.weight").shape);
        }
        Walk(first, one, 3, 6);
        Walk(second, two, 3, 6);
        foreach (((_, torch.Tensor a), (_, torch.Tensor b)) in one.Zip(two))
            Assert.Equal(a.detach().data<float>().ToArray(), b.detach().data<float>().ToArray());
        Assert.Equal(
            $"optimizer: moments of 1 of 3 tensors in 8 bits (adamw_8bit {kernels}), 0.1 MiB for 0.1 MiB; "
                + "embeddings and tensors below 4096 elements keep 32 bits", first.Describe());
    }

    [Fact]
    public void LoraPlus_moves_B_by_its_multiple_and_A_as_before()
    {
        const string A = "layer.lora_A.weight", B = "layer.lora_B.weight";
        float[] plain = Moved(1), plus = Moved(16), half = Moved(16, rate: 0.005);
        Assert.Equal(plain[0], plus[0]);
        Assert.Equal(16 * plain[1], plus[1], 1e-5f);
        Assert.Equal(plus[0] / 2, half[0], 1e-5f); // the schedule lowers both
        Assert.Equal(plus[1] / 2, half[1], 1e-5f);

        // Without decay; the first step of AdamW is the rate, whatever the gradient.
        static float[] Moved(double ratio, double rate = 0.01)
        {
            torch.Tensor a = torch.ones(1, 1).requires_grad_(true), b = torch.ones(1, 1).requires_grad_(true);
            using AdamWOptimizer optimizer = new(KernelSet.Reference, [(A, a), (B, b)], new OptimizerOptions { LoraPlusRatio = ratio });
            (a.grad, b.grad) = (torch.full(1, 1, 0.3f), torch.full(1, 1, 0.2f));
            optimizer.Step(rate);
            return [1 - a.item<float>(), 1 - b.item<float>()];
        }
    }

    /// <summary>A matrix for 8 bits, an embedding and a norm for 32.</summary>
    private static (string Name, torch.Tensor Parameter)[] Model()
    {
        using torch.Generator generator = new(7);
        return [.. new (string Name, long[] Shape)[]
            { ("up_proj.weight", [64, 80]), ("model.embed_tokens.weight", [100, 64]), ("model.norm.weight", [80]) }
            .Select(p => (p.Name, torch.randn(p.Shape, generator: generator).requires_grad_(true)))];
    }

    private static void Walk(AdamWOptimizer optimizer, (string Name, torch.Tensor Parameter)[] parameters, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            using torch.Generator generator = new((ulong)i);
            foreach ((_, torch.Tensor parameter) in parameters)
                parameter.grad = torch.randn(parameter.shape, generator: generator);
            optimizer.Step(0.01);
        }
    }

    private static void Steps(AdamWOptimizer optimizer, torch.Tensor parameter, int count)
    {
        for (int i = 1; i <= count; i++)
        {
            parameter.grad = torch.tensor(new[] { 0.1f * i, -0.2f, 0.3f });
            optimizer.Step(0.01);
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }
}
