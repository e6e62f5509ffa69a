using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>Tests that count live tensors run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What a training loop relies on: master weights, gradients that survive bfloat16, no growth from step to step.</summary>
[Collection(nameof(Alone))]
public sealed class TrainingTests
{
    [Fact]
    public void Bfloat16_trains_float32_masters()
    {
        Dictionary<string, double[]> exact = Gradients(torch.ScalarType.Float64);
        Dictionary<string, double[]> rounded = Gradients(torch.ScalarType.BFloat16);
        double squares = exact.Sum(e => e.Value.Sum(v => v * v));
        double errors = exact.Sum(e => e.Value.Zip(rounded[e.Key], (a, b) => (a - b) * (a - b)).Sum());
        Assert.InRange(Math.Sqrt(errors / squares), 0, 0.05);

        static Dictionary<string, double[]> Gradients(torch.ScalarType dtype)
        {
            using Decoder decoder = TinyModels.Decoder("llama", dtype, trainAll: true);
            torch.ScalarType master = dtype == torch.ScalarType.Float64 ? dtype : torch.ScalarType.Float32;
            Assert.All(decoder.TrainableParameters, p => Assert.Equal(master, p.Parameter.dtype));
            Step(decoder);
            Assert.All(decoder.TrainableParameters, p => Assert.Equal(master, p.Parameter.grad!.dtype));
            return decoder.TrainableParameters.ToDictionary(p => p.Name, p => Numbers.Doubles(p.Parameter.grad!));
        }
    }

    [Fact]
    public void Tied_embeddings_are_trained_once()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32, trainAll: true);
        Assert.True(decoder.Config.TieWordEmbeddings);
        Assert.Single(decoder.TrainableParameters, p => p.Name is "model.embed_tokens.weight" or "lm_head.weight");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_leave_no_tensors_behind(bool checkpointing)
    {
        using Decoder decoder = TinyModels.Decoder("gemma3_text", torch.ScalarType.Float32);
        decoder.RecomputedLayers = checkpointing ? decoder.Config.Layers.Count : 0;
        using LoraAdapter adapter = TinyModels.Adapter(decoder, new LoraConfig { Rank = 2, Dropout = 0.1 });
        decoder.Attach(adapter);
        decoder.Training = true;
        Step(decoder);
        // What earlier tests left to the garbage collector must not go in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        for (int i = 0; i < 20; i++)
            Step(decoder);
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Step(Decoder decoder)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RandomTree tree = new(11, decoder.Config.VocabularySize);
        using ForwardPass pass = decoder.Begin(tree.Tokens, tree.Layout);
        torch.Tensor targets = torch.zeros([tree.Layout.TokenCount], dtype: torch.int64);
        decoder.LogProbs(pass.Hidden, targets).sum().backward();
        pass.Backward();
        tree.Layout.Dispose();
    }
}
