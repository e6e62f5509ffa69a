using System.Text.Json;

namespace TraceFast.Models.Tests;

/// <summary>Weights one at a time, with an adapter merged in or beside them.</summary>
public sealed class StoredModelTests
{
    public static TheoryData<string> Cases => OracleCases.Data(OracleCases.Lora);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Merged_weights_equal_peft(string name)
    {
        JsonElement entry = OracleCases.Entry("lora", name);
        using Golden golden = new(Path.Combine(OracleCases.Folder("lora", name), "golden.safetensors"));
        using StoredModel model = StoredModel.Open(OracleCases.Base(entry), OracleCases.Folder("lora", name));
        Assert.Empty(model.Adapted);
        foreach (string weight in golden.Names.Where(n => n.StartsWith("merged_f32.", StringComparison.Ordinal)))
        {
            using torch.Tensor values = model.Read(weight["merged_f32.".Length..]);
            Assert.Equal(torch.ScalarType.Float32, values.dtype);
            Numbers.AssertClose(
                golden.Doubles(weight), Numbers.Doubles(values), OracleCases.Tolerance(entry, "merged_weights_f32_abs"), weight);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Unmerged_weights_and_matrices_give_the_merged_ones(string name)
    {
        string folder = OracleCases.Base(OracleCases.Entry("lora", name));
        using StoredModel merged = StoredModel.Open(folder, OracleCases.Folder("lora", name));
        using StoredModel beside = StoredModel.Open(folder, OracleCases.Folder("lora", name), merge: false);
        Assert.NotEmpty(beside.Adapted);
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        foreach ((string module, (int rank, double scaling)) in beside.Adapted)
        {
            (torch.Tensor a, torch.Tensor b) = beside.AdapterMatrices(module);
            Assert.Equal(rank, a.shape[0]);
            torch.Tensor sum = beside.Read($"{module}.weight") + torch.matmul(b, a) * scaling;
            Assert.True(sum.allclose(merged.Read($"{module}.weight"), rtol: 0, atol: 1e-6), module);
        }
    }

    [Fact]
    public void The_head_is_the_embedding_unless_an_adapter_changes_one()
    {
        using StoredModel tied = StoredModel.Open(OracleCases.Model("qwen2_tied"));
        Assert.True(tied.HeadIsEmbedding);
        using StoredModel untied = StoredModel.Open(OracleCases.Model("llama_gqa"));
        Assert.False(untied.HeadIsEmbedding);
        Assert.Throws<KeyNotFoundException>(() => tied.Read("model.layers.9.mlp.down_proj.weight"));
    }
}
