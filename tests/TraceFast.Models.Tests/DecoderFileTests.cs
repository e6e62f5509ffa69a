using TraceFast.Data;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Files;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>Model folders: what does not fit is named, what is saved loads again.</summary>
public sealed class DecoderFileTests
{
    [Fact]
    public void A_missing_tensor_is_named() => AssertRefused(
        tensors => tensors.Remove("model.layers.1.mlp.up_proj.weight"), "'model.layers.1.mlp.up_proj.weight' [36, 24] is missing");

    [Fact]
    public void An_extra_tensor_is_named() => AssertRefused(
        tensors => tensors["model.layers.3.mlp.up_proj.weight"] = torch.ones(2),
        "'model.layers.3.mlp.up_proj.weight' [2] is not part of model_type qwen2");

    [Fact]
    public void A_wrong_shape_is_named() => AssertRefused(
        tensors => tensors["model.norm.weight"] = torch.ones(25), "'model.norm.weight': found shape [25], expected [24]");

    [Fact]
    public void A_wrong_element_type_is_named() => AssertRefused(
        tensors => tensors["model.norm.weight"] = torch.ones([24], dtype: torch.int64), "found Int64, expected float32");

    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.Float64)]
    [InlineData(torch.ScalarType.BFloat16)]
    [InlineData(torch.ScalarType.Float16)]
    public void Non_finite_weights_are_named(torch.ScalarType type)
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            AssertRefused(
                tensors =>
                {
                    double[] values = [.. Enumerable.Repeat(0.5, 23), bad];
                    tensors["model.norm.weight"] = torch.tensor(values).to(type);
                },
                "'model.norm.weight' holds NaN or an infinity");
    }

    [Fact]
    public void Known_buffers_of_older_files_are_ignored()
    {
        using TemporaryFolder folder = new();
        Save(folder, tensors => tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(3));
        Decoder.Load(folder.Path, new DecoderOptions()).Dispose();
    }

    [Fact]
    public void A_missing_folder_and_missing_weights_are_named()
    {
        using TemporaryFolder folder = new();
        Assert.Contains(
            "no such model folder", Assert.ThrowsAny<InputException>(() => Decoder.Load(folder["absent"], new DecoderOptions())).Message,
            StringComparison.Ordinal);
        Save(folder, _ => { });
        File.Delete(folder["model.safetensors"]);
        File.WriteAllText(folder["pytorch_model.bin"], "x");
        Assert.Contains(
            "convert it to safetensors", Assert.ThrowsAny<InputException>(() => Decoder.Load(folder.Path, new DecoderOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Float16_is_no_compute_dtype() =>
        Assert.Throws<Data.InputException>(
            () => Decoder.Random(TinyModels.Config("llama"), 0, new DecoderOptions { ComputeDtype = torch.ScalarType.Float16 }));

    [Fact]
    public void Tokens_outside_the_vocabulary_are_an_error()
    {
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using torch.Tensor ids = RandomTree.Ids([1, 61]);
        Assert.Contains(
            "found token id 61, expected 0 to 60",
            Assert.Throws<ArgumentException>(() => decoder.Forward(ids, TreeLayout.Sequence(2))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => decoder.Forward(ids, TreeLayout.Sequence(3)));
    }

    [Fact]
    public void A_head_stored_twice_must_equal_the_tied_embedding()
    {
        using TemporaryFolder folder = new();
        using (Decoder tied = TinyModels.Decoder("llama", torch.ScalarType.Float32))
            tied.SaveWeights(folder.Path);
        Rewrite(folder, tensors => tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone());
        Decoder.Load(folder.Path, new DecoderOptions()).Dispose();
        Rewrite(folder, tensors => tensors["lm_head.weight"] = tensors["lm_head.weight"] + 1);
        Assert.Contains(
            "tie_word_embeddings is true", Assert.ThrowsAny<InputException>(() => Decoder.Load(folder.Path, new DecoderOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_tied_model_that_stores_only_its_head_loads()
    {
        using Decoder decoder = Decoder.Load(TraceFast.Tests.Oracles.Require("models", "story-656k"), new DecoderOptions());
        Assert.DoesNotContain(decoder.ParameterShapes, p => p.Name == "lm_head.weight");
        Assert.Equal(656_000, decoder.ParameterShapes.Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)));
    }

    [Fact]
    public void Saved_weights_load_again_bit_for_bit()
    {
        foreach (string family in TinyModels.Families)
        {
            using TemporaryFolder folder = new();
            using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float32);
            decoder.SaveWeights(folder.Path);
            using Decoder again = Decoder.Load(folder.Path, new DecoderOptions());
            Assert.Equal(
                decoder.Parameters.Select(p => (p.Name, Numbers.Doubles(p.Value))),
                again.Parameters.Select(p => (p.Name, Numbers.Doubles(p.Value))));
            Assert.Equal(
                decoder.Config with { Json = "", Ropes = [], Layers = [] }, again.Config with { Json = "", Ropes = [], Layers = [] });
        }
    }

    [Fact]
    public void A_head_saved_by_an_adapter_unties_the_merged_model()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        decoder.SaveWeights(folder["base"]);
        using (LoraAdapter adapter = TinyModels.Adapter(decoder, new LoraConfig { Rank = 2, ModulesToSave = ["lm_head"] }))
        {
            using (torch.no_grad())
                adapter.Parameters.Single(p => p.Name == "base_model.model.lm_head.weight").Parameter.mul_(-1);
            adapter.Save(folder["adapter"]);
        }

        Merge.Run(folder["base"], folder["adapter"], folder["merged"]);
        using Decoder merged = Decoder.Load(folder["merged"], new DecoderOptions());
        Assert.False(merged.Config.TieWordEmbeddings);
        using LoraAdapter again = LoraAdapter.Load(folder["adapter"], decoder);
        decoder.Attach(again);
        RandomTree tree = new(1, decoder.Config.VocabularySize);
        Numbers.AssertClose(
            Numbers.Doubles(decoder.Logits(decoder.Forward(tree.Tokens, tree.Layout))),
            Numbers.Doubles(merged.Logits(merged.Forward(tree.Tokens, tree.Layout))), 1e-4, "merged logits");
        Assert.Throws<Data.InputException>(() => Merge.Run(folder["base"], folder["adapter"], folder["merged"]));
    }

    [Fact]
    public void The_tokenizers_files_go_with_the_weights()
    {
        using TemporaryFolder folder = new();
        Save(folder, _ => { });
        string[] companions = ["tokenizer.json", "merges.txt", "chat_template.jinja", "LICENSE"];
        foreach (string name in companions.Concat(
            ["pytorch_model.bin", "README.md", "adapter_config.json", ".hidden", "model.safetensors.index.json"]))
            File.WriteAllText(folder[name], name);
        using Decoder decoder = Decoder.Load(folder.Path, new DecoderOptions());
        decoder.SaveWeights(folder["copy"]);
        Assert.Equal(
            companions.Append("config.json").Append("model.safetensors").Order(),
            Directory.GetFiles(folder["copy"]).Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal("merges.txt", File.ReadAllText(Path.Combine(folder["copy"], "merges.txt")));
        Assert.Equal(File.ReadAllBytes(folder["model.safetensors"]), File.ReadAllBytes(Path.Combine(folder["copy"], "model.safetensors")));
    }

    [Fact]
    public void Content_hashes_tell_models_apart()
    {
        using TemporaryFolder folder = new();
        Save(folder, _ => { });
        string first = Hash();
        Assert.Equal(first, Hash());
        Rewrite(folder, tensors => tensors["model.norm.weight"] = tensors["model.norm.weight"] * 2);
        Assert.NotEqual(first, Hash());

        string Hash()
        {
            using Decoder decoder = Decoder.Load(folder.Path, new DecoderOptions());
            return decoder.ContentHash;
        }
    }

    [Fact]
    public void Frozen_weights_in_the_compute_dtype_are_the_mapped_file()
    {
        using TemporaryFolder folder = new();
        Save(folder, _ => { });
        using Decoder decoder = Decoder.Load(folder.Path, new DecoderOptions());
        // The file changes under the map, and so does the weight: there is no copy.
        using (SafetensorsFile file = SafetensorsFile.Open(folder["model.safetensors"]))
        {
            file.TryGet("model.norm.weight", out SafetensorsTensor? tensor);
            using FileStream stream = new(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.Position = tensor!.Offset;
            stream.Write(BitConverter.GetBytes(42f));
        }

        Assert.Equal(42, Numbers.Doubles(decoder.Parameters.Single(p => p.Name == "model.norm.weight").Value)[0]);
    }

    private static void AssertRefused(Action<Dictionary<string, torch.Tensor>> change, string expected)
    {
        using TemporaryFolder folder = new();
        Save(folder, change);
        Assert.Contains(
            expected, Assert.ThrowsAny<InputException>(() => Decoder.Load(folder.Path, new DecoderOptions())).Message,
            StringComparison.Ordinal);
    }

    private static void Save(TemporaryFolder folder, Action<Dictionary<string, torch.Tensor>> change)
    {
        using (Decoder decoder = TinyModels.Decoder("qwen2", torch.ScalarType.Float32))
            decoder.SaveWeights(folder.Path);
        Rewrite(folder, change);
    }

    private static void Rewrite(TemporaryFolder folder, Action<Dictionary<string, torch.Tensor>> change)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        string path = folder["model.safetensors"];
        Dictionary<string, torch.Tensor> tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            tensors = file.Tensors.ToDictionary(t => t.Name, t => file.Load(t.Name).clone());
        change(tensors);
        SafetensorsWriter.Write(path, tensors.Select(t => (t.Key, t.Value)));
    }
}
