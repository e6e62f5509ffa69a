using TraceFast.Kernels;
using TraceFast.Training.Checkpoints;
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
            KernelSet.Reference.AdamW, [("layer.weight", weight), ("layer.norm.weight", norm)], new OptimizerOptions(WeightDecay: 0.1));
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
        using AdamWOptimizer optimizer = new(KernelSet.Reference.AdamW, [("w", weight)], new OptimizerOptions());
        weight.grad = torch.tensor(new[] { 1f, float.NaN });
        Assert.Throws<TrainingDivergedException>(() => optimizer.Step(0.1));
        Assert.Equal([1f, 2f], weight.detach().data<float>().ToArray());
    }

    [Fact]
    public void A_restored_optimizer_goes_on_to_the_bit()
    {
        torch.Tensor one = Parameter(1, 2, 3), two = Parameter(9, 9, 9);
        using AdamWOptimizer first = new(KernelSet.Reference.AdamW, [("w", one)], new OptimizerOptions()),
            second = new(KernelSet.Reference.AdamW, [("w", two)], new OptimizerOptions());
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
        using AdamWOptimizer first = new(KernelSet.Reference.AdamW, [("w", Parameter(1))], new OptimizerOptions());
        first.Save(_path);
        using AdamWOptimizer other = new(KernelSet.Reference.AdamW, [("v", Parameter(1))], new OptimizerOptions()),
            longer = new(KernelSet.Reference.AdamW, [("w", Parameter(1, 2))], new OptimizerOptions());
        Assert.Contains(
            "parameter.v is missing", Assert.Throws<CheckpointException>(() => other.Load(_path)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "shape [1], expected [2]", Assert.Throws<CheckpointException>(() => longer.Load(_path)).Message, StringComparison.Ordinal);
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
