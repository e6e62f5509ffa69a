using System.Text.Json;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Tests.Optimization;

public class ParameterGroupsTests
{
    [Theory]
    [InlineData("sft_full")]
    [InlineData("sft_full_tied")]
    public void Groups_are_those_of_the_hugging_face_trainer(string run)
    {
        using JsonDocument json = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "hf", "trajectories", run, "trajectory.json")));
        JsonElement groups = json.RootElement.GetProperty("meta").GetProperty("weight_decay_groups");
        Assert.All(
            groups.GetProperty("decayed").EnumerateArray(),
            name => Assert.True(ParameterGroups.IsDecayed(name.GetString()!), name.GetString()));
        Assert.All(
            groups.GetProperty("not_decayed").EnumerateArray(),
            name => Assert.False(ParameterGroups.IsDecayed(name.GetString()!), name.GetString()));
    }

    [Theory]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", true)]
    [InlineData("model.layers.0.self_attn.q_norm.weight", false)]
    [InlineData("model.layers.0.pre_feedforward_layernorm.weight", false)]
    [InlineData("model.layers.0.mlp.gate_proj.bias", false)]
    [InlineData("model.normaliser.weight", true)]
    public void Names_decide(string name, bool decayed) => Assert.Equal(decayed, ParameterGroups.IsDecayed(name));

    [Theory]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", 2, false)]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", 2, true)]
    [InlineData("base_model.model.model.norm.weight", 1, true)]
    [InlineData("base_model.model.model.embed_tokens.weight", 2, false)]
    public void LoraPlus_speeds_up_B_and_vectors(string name, int dimensions, bool fast)
    {
        using torch.Tensor value = torch.zeros([.. Enumerable.Repeat(3L, dimensions)]);
        Assert.Equal(fast, ParameterGroups.IsFastInLoraPlus(name, value));
    }

    [Theory]
    [InlineData("model.layers.0.mlp.up_proj.weight", 4096, true)]
    [InlineData("model.layers.0.mlp.up_proj.weight", 4095, false)]
    [InlineData("lm_head.weight", 5000, true)]
    [InlineData("model.embed_tokens.weight", 5000, false)]
    [InlineData("base_model.model.model.embed_tokens.weight", 5000, false)]
    public void Large_parameters_but_for_embeddings_may_have_moments_in_8_bits(string name, int count, bool expected)
    {
        using torch.Tensor value = torch.zeros(count);
        Assert.Equal(expected, ParameterGroups.HasMomentsIn8Bits(name, value));
    }
}
