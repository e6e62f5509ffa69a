using System.Text.Json;
using TraceFast.Data;
using TraceFast.Models.Files;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>New adapters, their files, dropout, and what is refused.</summary>
public sealed class LoraAdapterTests
{
    [Fact]
    public void A_new_adapter_leaves_the_model_as_it_is()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = TinyModels.Decoder("qwen2", torch.ScalarType.Float32);
        RandomTree tree = new(2, decoder.Config.VocabularySize);
        double[] before = Numbers.Doubles(decoder.Forward(tree.Tokens, tree.Layout));
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig(), decoder, 1);
        decoder.Attach(adapter);
        Assert.Equal(before, Numbers.Doubles(decoder.Forward(tree.Tokens, tree.Layout)));
    }

    [Fact]
    public void A_seed_gives_the_same_files_and_another_seed_others()
    {
        using TemporaryFolder folder = new();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        foreach ((string name, int seed) in new[] { ("a", 1), ("b", 1), ("c", 2) })
        {
            using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { BaseModel = "base" }, decoder, seed);
            adapter.Save(folder[name]);
        }

        byte[] Weights(string name) => File.ReadAllBytes(Path.Combine(folder[name], LoraAdapter.WeightsFile));
        Assert.Equal(Weights("a"), Weights("b"));
        Assert.NotEqual(Weights("a"), Weights("c"));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder["a"], "adapter_config.json")),
            File.ReadAllBytes(Path.Combine(folder["c"], "adapter_config.json")));
    }

    [Fact]
    public void A_is_uniform_within_one_over_the_root_of_its_inputs()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 64 }, decoder, 1);
        foreach ((string name, torch.Tensor value) in adapter.Parameters)
        {
            double[] values = Numbers.Doubles(value);
            if (name.EndsWith("lora_B.weight", StringComparison.Ordinal))
            {
                Assert.All(values, v => Assert.Equal(0, v));
                continue;
            }

            double bound = 1 / Math.Sqrt(value.shape[1]);
            Assert.InRange(Numbers.Scale(values), 0.98 * bound, bound);
            Assert.InRange(values.Average(), -0.1 * bound, 0.1 * bound);
            Assert.InRange(values.Average(v => v * v), 0.3 * bound * bound, 0.37 * bound * bound);
        }
    }

    [Fact]
    public void The_settings_file_names_what_peft_needs()
    {
        using TemporaryFolder folder = new();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using (LoraAdapter adapter = LoraAdapter.Create(
            new LoraConfig { BaseModel = "org/model", Targets = LoraConfig.ParseTargets("all") }, decoder, 1))
            adapter.Save(folder.Path);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(folder["adapter_config.json"]));
        JsonElement root = json.RootElement;
        Assert.Equal("LORA", root.GetProperty("peft_type").GetString());
        Assert.Equal("CAUSAL_LM", root.GetProperty("task_type").GetString());
        Assert.Equal("org/model", root.GetProperty("base_model_name_or_path").GetString());
        Assert.Equal(8, root.GetProperty("r").GetInt32());
        Assert.Equal("16", root.GetProperty("lora_alpha").GetRawText());
        Assert.Equal("0.0", root.GetProperty("lora_dropout").GetRawText());
        Assert.True(root.GetProperty("inference_mode").GetBoolean());
        Assert.Equal(
            ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"],
            root.GetProperty("target_modules").EnumerateArray().Select(v => v.GetString()));
        Assert.Equal(root.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal), root.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Fused_projections_are_targets_under_their_own_names()
    {
        using Decoder decoder = TinyModels.Decoder("phi3", torch.ScalarType.Float32);
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig(), decoder, 1);
        Assert.Equal(
            ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"], adapter.RanksAndScalings.Keys.Select(k => k.Split('.')[^1]).Distinct());
    }

    [Fact]
    public void Dropout_acts_in_training_alone_and_follows_its_generator()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable _ = torch.no_grad();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using LoraAdapter adapter = TinyModels.Adapter(decoder, new LoraConfig { Dropout = 0.5 });
        decoder.Attach(adapter);
        RandomTree tree = new(2, decoder.Config.VocabularySize);
        double[] Run() => Numbers.Doubles(decoder.Forward(tree.Tokens, tree.Layout));

        double[] evaluated = Run();
        Assert.Equal(evaluated, Run());
        decoder.Training = true;
        torch.Tensor state = adapter.DropoutGenerator.get_state();
        double[] first = Run();
        Assert.NotEqual(evaluated, first);
        Assert.NotEqual(first, Run());
        adapter.DropoutGenerator.set_state(state);
        Assert.Equal(first, Run());
        decoder.AdapterEnabled = false;
        double[] reference = Run();
        Assert.Equal(reference, Run());
    }

    [Fact]
    public void An_adapted_head_shifts_the_logits()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TemporaryFolder folder = new();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float64);
        decoder.SaveWeights(folder["base"]);
        using LoraAdapter adapter = TinyModels.Adapter(
            decoder, new LoraConfig { Rank = 2, Targets = new ModuleSelector.Names(["lm_head"]) });
        adapter.Save(folder["adapter"]);
        decoder.Attach(adapter);
        RandomTree tree = new(2, decoder.Config.VocabularySize);
        double[] adapted = Numbers.Doubles(decoder.Logits(decoder.Forward(tree.Tokens, tree.Layout)));
        Merge.Run(folder["base"], folder["adapter"], folder["merged"]);
        using Decoder merged = Decoder.Load(folder["merged"], new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
        Numbers.AssertClose(
            adapted, Numbers.Doubles(merged.Logits(merged.Forward(tree.Tokens, tree.Layout))), 1e-5, "logits of the merged head");
    }

    [Theory]
    [InlineData("q_prj", "selects none of the model's linear layers")]
    [InlineData("q_proj,q_prj", "'q_prj'")]
    [InlineData("q_proj,model.norm", "names no linear layer")]
    public void A_target_that_names_nothing_is_an_error(string targets, string expected)
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        LoraConfig config = new() { Targets = LoraConfig.ParseTargets(targets) };
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => LoraAdapter.Create(config, decoder, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_cannot_be_adapted_and_saved_whole()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        Assert.Throws<InputException>(() => LoraAdapter.Create(new LoraConfig { ModulesToSave = ["q_proj"] }, decoder, 0));
        Assert.Contains(
            "modules_to_save",
            Assert.Throws<InputException>(() => LoraAdapter.Create(new LoraConfig { ModulesToSave = ["lm_heat"] }, decoder, 0)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", null, "is missing")]
    [InlineData("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", 1.0, "is not part of the adapter")]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", 1.0, "found shape [2, 2]")]
    [InlineData("base_model.model.model.norm.weight", double.NaN, "not part of the adapter")]
    public void An_adapter_that_does_not_fit_is_named(string name, double? value, string expected)
    {
        using TemporaryFolder folder = new();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using (LoraAdapter adapter = LoraAdapter.Create(new LoraConfig(), decoder, 0))
            adapter.Save(folder.Path);
        string path = folder[LoraAdapter.WeightsFile];
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            Dictionary<string, torch.Tensor> tensors;
            using (SafetensorsFile file = SafetensorsFile.Open(path))
                tensors = file.Tensors.ToDictionary(t => t.Name, t => file.Load(t.Name).clone());
            tensors.Remove(name);
            if (value != null)
                tensors[name] = torch.ones([2, 2]) * value.Value;
            SafetensorsWriter.Write(path, tensors.Select(t => (t.Key, t.Value)));
        }

        Assert.Contains(
            expected, Assert.ThrowsAny<InputException>(() => LoraAdapter.Load(folder.Path, decoder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_follow_the_values()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig(), decoder, 0);
        string before = adapter.ContentHash;
        Assert.Equal(before, adapter.ContentHash);
        using (torch.no_grad())
            adapter.Parameters[1].Parameter.add_(1);
        Assert.NotEqual(before, adapter.ContentHash);
    }
}
