namespace TraceFast.Torch.Tests;

public sealed class GeneratorTests
{
    [Fact]
    public void A_restored_state_gives_the_same_numbers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(42);
        torch.randn(17, generator: generator); // leaves half a Box-Muller pair in the state
        torch.Tensor state = generator.get_state();
        Assert.Equal(torch.uint8, state.dtype);
        float[] Draw() => [
            .. torch.randn(5, generator: generator).data<float>().ToArray(),
            .. torch.rand(5, generator: generator).data<float>().ToArray(),
            .. torch.randperm(9, dtype: torch.float32, generator: generator).data<float>().ToArray(),
            .. torch.empty(4).bernoulli_(0.5, generator).data<float>().ToArray()];
        float[] first = Draw();
        Assert.NotEqual(first, Draw());
        generator.set_state(state);
        Assert.Equal(first, Draw());
        using var other = new torch.Generator(1);
        other.set_state(state);
        Assert.Equal(first[..5], torch.randn(5, generator: other).data<float>().ToArray());
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => generator.set_state(torch.ones(3)));
    }

    [Fact]
    public void Numbers_are_pytorchs()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(0);
        // torch.randperm(10, generator=torch.Generator().manual_seed(0)) of PyTorch
        Assert.Equal([4L, 1, 7, 5, 3, 9, 0, 8, 6, 2], torch.randperm(10, generator: generator).data<long>().ToArray());
        generator.manual_seed(0);
        Assert.Equal(1.5410f, torch.randn(1, generator: generator).item<float>(), 4);
        Assert.Equal(0, generator.initial_seed());
        Assert.NotEqual(generator.seed(), generator.seed());
    }

    [Fact]
    public void The_default_generator_is_seeded_and_saved()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.manual_seed(3).Dispose();
        torch.Tensor state = torch.get_rng_state();
        float a = torch.rand(1).item<float>();
        torch.set_rng_state(state);
        Assert.Equal(a, torch.rand(1).item<float>());
        torch.manual_seed(3).Dispose();
        Assert.Equal(a, torch.rand(1).item<float>());
        var disposed = new torch.Generator();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => torch.rand(1, generator: disposed));
    }
}
