using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>Activation checkpointing gives the gradients of the plain pass, dropout included.</summary>
public sealed class CheckpointingTests
{
    public static TheoryData<string> Families => new(TinyModels.Families);

    [Theory]
    [MemberData(nameof(Families))]
    public void Adapter_gradients_are_the_same(string family)
    {
        LoraConfig config = new() { Rank = 2, Dropout = 0.3, LayersToTransform = [1, 2], ModulesToSave = ["lm_head"],
            Targets = Targets(family) };
        AssertSame(Gradients(family, checkpointing: false, config), Gradients(family, checkpointing: true, config), family);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void All_parameters_gradients_are_the_same(string family) =>
        AssertSame(Gradients(family, checkpointing: false, null), Gradients(family, checkpointing: true, null), family);

    [Fact]
    public void The_generator_goes_on_as_in_the_plain_pass()
    {
        LoraConfig config = new() { Rank = 2, Dropout = 0.5 };
        byte[] plain = StateAfterAStep(checkpointing: false, config);
        Assert.Equal(plain, StateAfterAStep(checkpointing: true, config));
    }

    [Fact]
    public void Backward_before_the_loss_is_an_error()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32, trainAll: true, checkpointing: true);
        using torch.Tensor ids = RandomTree.Ids([1, 2, 3]);
        using ForwardPass pass = decoder.Begin(ids, TreeLayout.Sequence(3));
        Assert.Throws<InvalidOperationException>(pass.Backward);
    }

    private static ModuleSelector Targets(string family) =>
        family == "phi3" ? new ModuleSelector.Names(["qkv_proj", "down_proj"]) : new ModuleSelector.Names(["q_proj", "down_proj"]);

    private static Dictionary<string, double[]> Gradients(string family, bool checkpointing, LoraConfig? config)
    {
        using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float64, trainAll: config == null, checkpointing);
        using LoraAdapter? adapter = config == null ? null : TinyModels.Adapter(decoder, config);
        if (adapter != null)
            decoder.Attach(adapter);
        decoder.Training = true;
        Step(decoder);
        return decoder.TrainableParameters.ToDictionary(p => p.Name, p => Numbers.Doubles(p.Parameter.grad!));
    }

    private static byte[] StateAfterAStep(bool checkpointing, LoraConfig config)
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32, checkpointing: checkpointing);
        using LoraAdapter adapter = TinyModels.Adapter(decoder, config);
        decoder.Attach(adapter);
        decoder.Training = true;
        Step(decoder);
        using torch.Tensor state = adapter.DropoutGenerator.get_state();
        return state.data<byte>().ToArray();
    }

    private static void Step(Decoder decoder)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RandomTree tree = new(11, decoder.Config.VocabularySize);
        using ForwardPass pass = decoder.Begin(tree.Tokens, tree.Layout);
        torch.Tensor targets = torch.zeros([tree.Layout.TokenCount], dtype: torch.int64);
        decoder.LogProbs(pass.Hidden, targets).sum().backward();
        pass.Backward();
    }

    private static void AssertSame(Dictionary<string, double[]> plain, Dictionary<string, double[]> checkpointed, string family)
    {
        Assert.Equal(plain.Keys.Order(), checkpointed.Keys.Order());
        foreach ((string name, double[] expected) in plain)
            Numbers.AssertClose(expected, checkpointed[name], 1e-12 * Numbers.Scale(expected, 1), $"{family} gradient of {name}");
    }
}
