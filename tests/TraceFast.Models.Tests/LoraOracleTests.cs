using System.Text.Json;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>Adapters against PEFT: logits, log-probs, gradients of A and B, ranks and scalings, merged weights.</summary>
public sealed class LoraOracleTests
{
    public static TheoryData<string> Cases => OracleCases.Data(OracleCases.Lora);

    public static TheoryData<string, string> CasesWithKernels => OracleCases.WithKernels(OracleCases.Lora);

    [Theory]
    [MemberData(nameof(CasesWithKernels))]
    public void Logits_and_gradients_equal_peft(string name, string kernels)
    {
        JsonElement entry = OracleCases.Entry("lora", name);
        foreach (torch.ScalarType dtype in new[] { torch.ScalarType.Float32, torch.ScalarType.Float64 })
        {
            bool wide = dtype == torch.ScalarType.Float64;
            using DisposeScope scope = torch.NewDisposeScope();
            using Golden golden = new(Path.Combine(OracleCases.Folder("lora", name), "golden.safetensors"));
            using PaddedBatch batch = new(golden);
            using Decoder decoder = Decoder.Load(
                OracleCases.Base(entry), new DecoderOptions { ComputeDtype = dtype, Kernels = OracleCases.Kernels[kernels] });
            using LoraAdapter adapter = LoraAdapter.Load(OracleCases.Folder("lora", name), decoder);
            decoder.Attach(adapter);

            torch.Tensor hidden = decoder.Forward(batch.Tokens, batch.Layout);
            double[] logits = batch.Unpad(golden.Doubles(wide ? "logits_f64x" : "logits_f32"), decoder.Config.VocabularySize);
            Numbers.AssertClose(
                logits, Numbers.Doubles(decoder.Logits(hidden)), OracleCases.Tolerance(entry, wide ? "f64_run_abs" : "logits_f32_abs"),
                $"{name} {dtype} logits");

            torch.Tensor logps = decoder.LogProbs(hidden.index_select(0, batch.PredictRows), batch.Targets);
            if (wide)
                Numbers.AssertClose(
                    batch.UnpadPredicted(golden.Doubles("token_logps_f64x")), Numbers.Doubles(logps),
                    OracleCases.Tolerance(entry, "f64_run_abs"), $"{name} log-probs");
            torch.Tensor loss = batch.MeanNll(logps);
            Numbers.AssertClose(golden.Doubles("mean_nll_f64x"), Numbers.Doubles(loss), wide ? 1e-10 : 1e-5, $"{name} loss");
            loss.backward();

            string[] expectedNames = [
                .. golden.Names.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)).Select(n => n[5..]).Order()];
            Assert.Equal(expectedNames, decoder.TrainableParameters.Select(p => p.Name).Order());
            double relative = wide ? 1e-9 : OracleCases.Tolerance(entry, "grads_f32_rel_to_tensor_max_abs");
            foreach ((string parameter, torch.Tensor value) in decoder.TrainableParameters)
            {
                double[] expected = golden.Doubles($"grad.{parameter}");
                Numbers.AssertClose(
                    expected, Numbers.Doubles(value.grad!), relative * Numbers.Scale(expected), $"{name} {dtype} gradient of {parameter}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ranks_and_scalings_equal_peft(string name)
    {
        JsonElement entry = OracleCases.Entry("lora", name);
        using Decoder decoder = Decoder.Load(OracleCases.Base(entry), new DecoderOptions());
        using LoraAdapter adapter = LoraAdapter.Load(OracleCases.Folder("lora", name), decoder);
        JsonElement expected = entry.GetProperty("rank_and_scaling");
        Assert.Equal(expected.EnumerateObject().Select(m => m.Name).Order(), adapter.RanksAndScalings.Keys.Order());
        foreach (JsonProperty module in expected.EnumerateObject())
        {
            (int rank, double scaling) = adapter.RanksAndScalings[module.Name];
            Assert.Equal(module.Value[0].GetInt32(), rank);
            Assert.Equal(module.Value[1].GetDouble(), scaling, 1e-15);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Merged_weights_equal_peft(string name)
    {
        JsonElement entry = OracleCases.Entry("lora", name);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable _ = torch.no_grad();
        using TemporaryFolder folder = new();
        string merged = Path.Combine(folder.Path, "merged");
        Merge.Run(OracleCases.Base(entry), OracleCases.Folder("lora", name), merged);
        using Golden golden = new(Path.Combine(OracleCases.Folder("lora", name), "golden.safetensors"));
        using Golden weights = new(Path.Combine(merged, "model.safetensors"));
        string[] names = [.. golden.Names.Where(n => n.StartsWith("merged_f32.", StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        foreach (string weight in names)
            Numbers.AssertClose(
                golden.Doubles(weight), weights.Doubles(weight["merged_f32.".Length..]),
                OracleCases.Tolerance(entry, "merged_weights_f32_abs"), $"{name} {weight}");

        // The merged model computes what the adapted one does.
        using PaddedBatch batch = new(golden);
        using Decoder decoder = Decoder.Load(merged, new DecoderOptions());
        double[] logits = batch.Unpad(golden.Doubles("logits_f32"), decoder.Config.VocabularySize);
        Numbers.AssertClose(
            logits, Numbers.Doubles(decoder.Logits(decoder.Forward(batch.Tokens, batch.Layout))),
            2 * OracleCases.Tolerance(entry, "logits_f32_abs"), $"{name} merged logits");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loading_and_saving_keeps_the_adapter(string name)
    {
        JsonElement entry = OracleCases.Entry("lora", name);
        using Decoder decoder = Decoder.Load(OracleCases.Base(entry), new DecoderOptions());
        using TemporaryFolder folder = new();
        string[] saves = [Path.Combine(folder.Path, "first"), Path.Combine(folder.Path, "second")];
        using (LoraAdapter adapter = LoraAdapter.Load(OracleCases.Folder("lora", name), decoder))
            adapter.Save(saves[0]);
        using (LoraAdapter again = LoraAdapter.Load(saves[0], decoder))
            again.Save(saves[1]);
        string original = Path.Combine(OracleCases.Folder("lora", name), LoraAdapter.WeightsFile);
        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(Path.Combine(saves[0], LoraAdapter.WeightsFile)));
        foreach (string file in new[] { LoraAdapter.WeightsFile, "adapter_config.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(saves[0], file)), File.ReadAllBytes(Path.Combine(saves[1], file)));
    }
}
