using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>
/// A pass cut at its layers, of which some are computed again, gives the gradients of one graph over all layers to the bit, dropout
/// included.
/// </summary>
public sealed class CheckpointingTests
{
    public static TheoryData<string> Families => new(TinyModels.Families);

    [Theory]
    [MemberData(nameof(Families))]
    public void Adapter_gradients_are_those_of_one_graph(string family) => AssertSame(family, new LoraConfig
    {
        Rank = 2, Dropout = 0.3, LayersToTransform = [1, 2], ModulesToSave = ["lm_head"],
        Targets = new ModuleSelector.Names(family == "phi3" ? ["qkv_proj", "down_proj"] : ["q_proj", "down_proj"]),
    });

    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_of_all_parameters_are_those_of_one_graph(string family) => AssertSame(family, null);

    [Theory]
    [InlineData("embed_tokens")]
    [InlineData("lm_head")]
    public void An_adapter_with_a_whole_matrix_beside_one_layer(string module) =>
        AssertSame("llama", new LoraConfig { Rank = 2, LayersToTransform = [2], ModulesToSave = [module] });

    [Fact]
    public void The_generator_goes_on_as_after_one_graph()
    {
        LoraConfig config = new() { Rank = 2, Dropout = 0.5 };
        byte[] expected = StateAfterAStep(null, config);
        Assert.All([0, 2, 3], recomputed => Assert.Equal(expected, StateAfterAStep(recomputed, config)));
    }

    /// <summary>What a layer's parameters have when it is reported is what they have in the end, and earlier layers have nothing yet.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public void Layers_are_reported_when_their_gradients_are_complete(int recomputed, bool trainAll)
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32, trainAll);
        using LoraAdapter? adapter = trainAll ? null : TinyModels.Adapter(decoder, new LoraConfig { Rank = 2, LayersToTransform = [1, 2] });
        if (adapter is not null)
            decoder.Attach(adapter);
        decoder.RecomputedLayers = recomputed;
        Dictionary<int, double[]> reported = [];
        using DisposeScope scope = torch.NewDisposeScope();
        using ForwardPass pass = Begin(decoder);
        pass.Backward(layer =>
        {
            Assert.All(Enumerable.Range(0, layer).SelectMany(l => OfLayer(decoder, l)), p => Assert.Null(p.grad));
            reported.Add(layer, Gradients(decoder, layer));
        });
        Assert.Equal([2, 1, 0], reported.Keys);
        Assert.All(reported, r => Assert.Equal(Gradients(decoder, r.Key), r.Value));
        Assert.Equal(trainAll ? 3 : 2, reported.Values.Count(v => v.Length > 0 && Array.Exists(v, g => g != 0)));
    }

    /// <summary>Which parameters those are, heads and embeddings included: the decoder says it, and the gradients do not change after.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_are_complete_when_the_decoder_says(string family)
    {
        using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float32, trainAll: true);
        Dictionary<string, double[]> complete = [];
        using DisposeScope scope = torch.NewDisposeScope();
        using ForwardPass pass = Begin(decoder);
        pass.Backward(layer =>
        {
            foreach ((string name, torch.Tensor parameter) in decoder.TrainableParameters)
                if (decoder.CompleteAfter(name) >= layer && !complete.ContainsKey(name))
                    complete.Add(name, Numbers.Doubles(parameter.grad!));
        });
        string[] last = decoder.Config.TieWordEmbeddings
            ? ["model.embed_tokens.weight"] : ["model.embed_tokens.weight", "lm_head.weight"];
        Assert.Equal(
            decoder.TrainableParameters.Select(p => p.Name).Except(last[..1]).Order(StringComparer.Ordinal),
            complete.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(last.Length - 1, complete.Keys.Count(last.Contains));
        foreach ((string name, torch.Tensor parameter) in decoder.TrainableParameters.Where(p => complete.ContainsKey(p.Name)))
            Assert.Equal(Numbers.Doubles(parameter.grad!), complete[name]);
    }

    [Theory]
    [InlineData("model.layers.2.self_attn.q_proj.lora_A.weight", 2, 2)]
    [InlineData("model.norm.weight", 3, 3)]
    [InlineData("lm_head.lora_B.weight", 3, -1)]
    [InlineData("model.embed_tokens.weight", -1, -1)]
    public void An_adapter_has_names_of_its_own(string name, int layer, int layerWhereTied)
    {
        using Decoder tied = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using Decoder untied = TinyModels.Decoder("mistral", torch.ScalarType.Float32);
        Assert.True(tied.Config.TieWordEmbeddings && !untied.Config.TieWordEmbeddings);
        Assert.Equal(layer, untied.CompleteAfter("base_model.model." + name));
        Assert.Equal(layerWhereTied, tied.CompleteAfter("base_model.model." + name));
    }

    [Fact]
    public void Backward_before_the_loss_is_an_error()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32, trainAll: true);
        using torch.Tensor ids = RandomTree.Ids([1, 2, 3]);
        using ForwardPass pass = decoder.Begin(ids, TreeLayout.Sequence(3));
        Assert.Throws<InvalidOperationException>(() => pass.Backward());
    }

    private static void AssertSame(string family, LoraConfig? config)
    {
        foreach (torch.ScalarType dtype in new[] { torch.ScalarType.Float32, torch.ScalarType.BFloat16 })
        {
            Dictionary<string, double[]> expected = Gradients(family, dtype, null, config);
            foreach (int recomputed in dtype == torch.ScalarType.Float32 ? [0, 1, 2, 3] : new[] { 2 })
            {
                Dictionary<string, double[]> actual = Gradients(family, dtype, recomputed, config);
                Assert.Equal(expected.Keys, actual.Keys);
                Assert.All(expected, e => Assert.Equal(e.Value, actual[e.Key]));
            }
        }
    }

    /// <param name="recomputed">Null: one graph over all layers.</param>
    private static Dictionary<string, double[]> Gradients(string family, torch.ScalarType dtype, int? recomputed, LoraConfig? config)
    {
        using Decoder decoder = TinyModels.Decoder(family, dtype, trainAll: config == null);
        using LoraAdapter? adapter = config == null ? null : TinyModels.Adapter(decoder, config);
        if (adapter != null)
            decoder.Attach(adapter);
        decoder.Training = true;
        Step(decoder, recomputed);
        return decoder.TrainableParameters.ToDictionary(p => p.Name, p => Numbers.Doubles(p.Parameter.grad!));
    }

    private static byte[] StateAfterAStep(int? recomputed, LoraConfig config)
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using LoraAdapter adapter = TinyModels.Adapter(decoder, config);
        decoder.Attach(adapter);
        decoder.Training = true;
        Step(decoder, recomputed);
        using torch.Tensor state = adapter.DropoutGenerator.get_state();
        return state.data<byte>().ToArray();
    }

    private static void Step(Decoder decoder, int? recomputed)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (recomputed is null)
        {
            RandomTree tree = new(11, decoder.Config.VocabularySize);
            LossOf(decoder, decoder.Forward(tree.Tokens, tree.Layout)).backward();
            return;
        }
        decoder.RecomputedLayers = recomputed.Value;
        using ForwardPass pass = Begin(decoder);
        pass.Backward();
    }

    /// <summary>A pass whose loss has been carried to its hidden states.</summary>
    private static ForwardPass Begin(Decoder decoder)
    {
        RandomTree tree = new(11, decoder.Config.VocabularySize);
        ForwardPass pass = decoder.Begin(tree.Tokens, tree.Layout);
        LossOf(decoder, pass.Hidden).backward();
        return pass;
    }

    private static torch.Tensor LossOf(Decoder decoder, torch.Tensor hidden) =>
        decoder.LogProbs(hidden, torch.zeros([hidden.shape[0]], dtype: torch.int64)).sum();

    private static IEnumerable<torch.Tensor> OfLayer(Decoder decoder, int layer) => decoder.TrainableParameters
        .Where(p => p.Name.Contains($"layers.{layer}.", StringComparison.Ordinal)).Select(p => p.Parameter);

    private static double[] Gradients(Decoder decoder, int layer) =>
        [.. OfLayer(decoder, layer).SelectMany(p => p.grad is null ? [] : Numbers.Doubles(p.grad))];
}
