using System.Text.Json;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Tests.Optimization;

public class WeightDecayGroupsTests
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
            name => Assert.True(WeightDecayGroups.IsDecayed(name.GetString()!), name.GetString()));
        Assert.All(
            groups.GetProperty("not_decayed").EnumerateArray(),
            name => Assert.False(WeightDecayGroups.IsDecayed(name.GetString()!), name.GetString()));
    }

    [Theory]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", true)]
    [InlineData("model.layers.0.self_attn.q_norm.weight", false)]
    [InlineData("model.layers.0.pre_feedforward_layernorm.weight", false)]
    [InlineData("model.layers.0.mlp.gate_proj.bias", false)]
    [InlineData("model.normaliser.weight", true)]
    public void Names_decide(string name, bool decayed) => Assert.Equal(decayed, WeightDecayGroups.IsDecayed(name));
}
