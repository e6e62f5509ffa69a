using System.Text.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Tests;

/// <summary>Every family against transformers: logits, log-probs, hidden states, rotary frequencies, gradients.</summary>
public sealed class FamilyTests
{
    public static TheoryData<string> Families => OracleCases.Data(OracleCases.Families);

    public static TheoryData<string, string> FamiliesWithKernels => OracleCases.WithKernels(OracleCases.Families, "gemma2");

    public static TheoryData<string, string> WithGradients => OracleCases.WithKernels(OracleCases.WithGradients, "llama_gqa");

    [Theory]
    [MemberData(nameof(FamiliesWithKernels))]
    public void Float32_equals_transformers(string name, string kernels) => Compare(name, torch.ScalarType.Float32, kernels);

    [Theory]
    [MemberData(nameof(FamiliesWithKernels))]
    public void Float64_equals_transformers_in_full_double(string name, string kernels) => Compare(name, torch.ScalarType.Float64, kernels);

    [Theory]
    [MemberData(nameof(Families))]
    public void Hidden_states_equal_transformers(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Golden golden = new(Path.Combine(OracleCases.Model(name), "golden.safetensors"));
        using PaddedBatch batch = new(golden);
        using Decoder decoder = Load(name, torch.ScalarType.Float64, "tiled");
        using IDisposable _ = torch.no_grad();
        double[] expected = golden.Doubles("hidden_f64x_row");
        long[] shape = golden.Shape("hidden_f64x_row");
        (int start, int length) = batch.Row((int)golden.Longs("hidden_row_index")[0]);
        IReadOnlyList<torch.Tensor> states = decoder.HiddenStates(batch.Tokens, batch.Layout);
        Assert.Equal(shape[0], states.Count);
        int size = length * decoder.Config.HiddenSize;
        for (int layer = 0; layer < states.Count; layer++)
        {
            double[] actual = Numbers.Doubles(states[layer].narrow(0, start, length));
            double[] wanted = expected[(layer * size)..((layer + 1) * size)];
            Numbers.AssertClose(wanted, actual, 1e-10 * Numbers.Scale(wanted, 1), $"{name} hidden state {layer}");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Rotary_frequencies_equal_transformers(string name)
    {
        using Golden golden = new(Path.Combine(OracleCases.Model(name), "golden.safetensors"));
        DecoderConfig config = DecoderConfig.Read(OracleCases.Model(name));
        Assert.Equal(golden.Names.Count(n => n.StartsWith("inv_freq_f64.", StringComparison.Ordinal)), config.Ropes.Count);
        foreach (RopeConfig rope in config.Ropes)
        {
            double[] expected = golden.Doubles($"inv_freq_f64.{rope.Name}");
            double[] actual = RopeFrequencies.Inverse<double>(rope);
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(1, actual[i] / expected[i], 1e-14);
            double[] expected32 = golden.Doubles($"inv_freq_f32.{rope.Name}");
            float[] actual32 = RopeFrequencies.Inverse<float>(rope);
            // Two units in the last place: pow itself differs by one between libraries.
            for (int i = 0; i < expected32.Length; i++)
                Assert.Equal(1, actual32[i] / expected32[i], 2.4e-7);
            Assert.Equal(golden.Doubles($"attention_scaling.{rope.Name}")[0], RopeFrequencies.AttentionScaling(rope), 1e-15);
        }
    }

    [Theory]
    [MemberData(nameof(WithGradients))]
    public void Every_parameters_gradient_equals_transformers(string name, string kernels)
    {
        foreach (torch.ScalarType dtype in new[] { torch.ScalarType.Float32, torch.ScalarType.Float64 })
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using Golden golden = new(Path.Combine(OracleCases.Model(name), "golden.safetensors"));
            using Golden gradients = new(Path.Combine(OracleCases.Model(name), "grads.safetensors"));
            using PaddedBatch batch = new(golden);
            using Decoder decoder = Decoder.Load(
                OracleCases.Model(name),
                new DecoderOptions { ComputeDtype = dtype, TrainAll = true, Kernels = OracleCases.Kernels[kernels] });
            torch.Tensor hidden = decoder.Forward(batch.Tokens, batch.Layout);
            torch.Tensor loss = batch.MeanNll(decoder.LogProbs(hidden.index_select(0, batch.PredictRows), batch.Targets));
            Numbers.AssertClose(
                golden.Doubles("mean_nll_f64x"), Numbers.Doubles(loss), dtype == torch.ScalarType.Float64 ? 1e-10 : 1e-5, $"{name} loss");
            loss.backward();
            Assert.Equal(gradients.Names.Order(), decoder.TrainableParameters.Select(p => p.Name).Order());
            double relative = dtype == torch.ScalarType.Float64
                ? 1e-9 : OracleCases.Tolerance(OracleCases.Entry("models", name), "grads_f32_rel_to_tensor_max_abs");
            foreach ((string parameter, torch.Tensor value) in decoder.TrainableParameters)
            {
                double[] expected = gradients.Doubles(parameter);
                Numbers.AssertClose(
                    expected, Numbers.Doubles(value.grad!), relative * Numbers.Scale(expected), $"{name} {dtype} gradient of {parameter}");
            }
        }
    }

    private static Decoder Load(string name, torch.ScalarType dtype, string kernels) =>
        Decoder.Load(OracleCases.Model(name), new DecoderOptions { ComputeDtype = dtype, Kernels = OracleCases.Kernels[kernels] });

    private static void Compare(string name, torch.ScalarType dtype, string kernels)
    {
        JsonElement entry = OracleCases.Entry("models", name);
        bool wide = dtype == torch.ScalarType.Float64;
        string suffix = wide ? "f64x" : "f32";
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable _ = torch.no_grad();
        using Golden golden = new(Path.Combine(OracleCases.Model(name), "golden.safetensors"));
        using PaddedBatch batch = new(golden);
        using Decoder decoder = Load(name, dtype, kernels);
        torch.Tensor hidden = decoder.Forward(batch.Tokens, batch.Layout);

        double[] logits = batch.Unpad(golden.Doubles($"logits_{suffix}"), decoder.Config.VocabularySize);
        double tolerance = OracleCases.Tolerance(entry, wide ? "logits_f64_run_vs_logits_f64x_abs" : "logits_f32_abs");
        Numbers.AssertClose(logits, Numbers.Doubles(decoder.Logits(hidden)), tolerance, $"{name} {dtype} logits");

        torch.Tensor logps = decoder.LogProbs(hidden.index_select(0, batch.PredictRows), batch.Targets);
        Assert.Equal(wide ? torch.ScalarType.Float64 : torch.ScalarType.Float32, logps.dtype);
        double[] actual = Numbers.Doubles(logps);
        Numbers.AssertClose(
            batch.UnpadPredicted(golden.Doubles($"token_logps_{suffix}")), actual,
            wide ? 1e-10 : OracleCases.Tolerance(entry, "token_logps_f32_abs"), $"{name} {dtype} token log-probs");

        double[] sums = new double[batch.Rows];
        double[] labelled = batch.Labelled;
        int[] rows = batch.RowOfPredicted;
        for (int i = 0; i < actual.Length; i++)
            sums[rows[i]] += actual[i] * labelled[i];
        double[] expectedSums = golden.Doubles($"seq_logps_{suffix}");
        Numbers.AssertClose(
            expectedSums, sums, wide ? 1e-9 * Numbers.Scale(expectedSums, 1) : OracleCases.Tolerance(entry, "seq_logps_f32_abs"),
            $"{name} {dtype} summed log-probs");
    }
}
