using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Lora;
using TraceFast.Models;

namespace TraceFast.Inference.Tests.Export;

/// <summary>
/// Adapters of families whose matrices are fused, whose heads are padded, or whose head is the embedding, against the trainer.
/// </summary>
public sealed class PaddedAdapterTests
{
    public static MatrixTheoryData<string, AdapterUse, ExportPrecision> Cases =>
        new(["phi3", "gemma2", "qwen3_tied", "olmo2", "granite", "llama_tied_bias"],
            [AdapterUse.Merge, AdapterUse.Inputs], [ExportPrecision.Float32, ExportPrecision.Float16]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_equal_the_trainers(string name, AdapterUse use, ExportPrecision precision)
    {
        string model = OracleCases.Model(name);
        using TemporaryFolder folder = new();
        WriteRandomAdapter(model, folder["adapter"]);
        using OnnxDecoder decoder = Exported.Open(
            model, folder["adapter"], folder, new ExportOptions { Adapter = use, Precision = precision });
        ParityReport report = ParityCheck.Run(model, folder["adapter"], decoder, precision);
        Assert.True(report.Passed, report.ToText());
        ParityReport without = ParityCheck.Run(model, null, decoder, precision);
        Assert.False(without.Passed, $"the adapter changes nothing: {without.ToText()}");
    }

    /// <summary>All linear layers and the head, B not zero.</summary>
    private static void WriteRandomAdapter(string model, string folder)
    {
        using Decoder decoder = Decoder.Load(model, new DecoderOptions());
        string[] names = decoder.Config.FusedProjections
            ? ["qkv_proj", "o_proj", "gate_up_proj", "down_proj", "lm_head"]
            : ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"];
        using LoraAdapter adapter = LoraAdapter.Create(
            new LoraConfig { Rank = 3, Targets = new ModuleSelector.Names(names) }, decoder, seed: 1);
        using IDisposable _ = torch.no_grad();
        using torch.Generator generator = new(2, torch.CPU);
        foreach ((string name, torch.Tensor parameter) in adapter.Parameters)
        {
            if (!name.EndsWith("lora_B.weight", StringComparison.Ordinal))
                continue;
            using torch.Tensor drawn = torch.randn(parameter.shape, generator: generator);
            using torch.Tensor small = drawn * 0.05;
            parameter.copy_(small);
        }

        adapter.Save(folder);
    }
}
