using System.Globalization;
using TraceFast.Kernels;
using TraceFast.Models.Lora;
using TraceFast.Tests;

namespace TraceFast.Models.Tests;

/// <summary>In bfloat16, log-probs and adapter gradients lie at most twice as far from float64 as plain libtorch's.</summary>
public sealed class Bfloat16Tests(ITestOutputHelper output)
{
    public static TheoryData<string> Kernels => new(OracleCases.Kernels.Keys);

    /// <summary>Without the interpreted CUDA kernels, which would take minutes for a real model.</summary>
    public static TheoryData<string> KernelsOfTheCpu => [KernelSet.Tiled.Name, KernelSet.Cpu.Name];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_oracle_models_error_is_at_most_twice_plain_libtorchs(string kernels)
    {
        int[][] rows;
        using (Golden golden = new(Path.Combine(OracleCases.Model("llama_bf16"), "golden.safetensors")))
        using (PaddedBatch batch = new(golden))
        {
            long[] ids = [.. batch.Tokens.data<long>()];
            rows = [.. Enumerable.Range(0, batch.Rows).Select(r => batch.Row(r)).Where(r => r.Length > 1)
                .Select(r => ids[r.Start..(r.Start + r.Length)].Select(t => (int)t).ToArray())];
        }

        Compare(OracleCases.Model("llama_bf16"), rows, "llama_bf16", kernels);
    }

    [Theory]
    [MemberData(nameof(KernelsOfTheCpu))]
    public void The_real_models_error_is_at_most_twice_plain_libtorchs(string kernels)
    {
        int[][] rows = [
            .. SmolLm2Sequence.Expected().OrderBy(s => s.Prompt.Length + s.Response.Length).Take(1)
                .Select(s => s.Prompt.Concat(s.Response).Take(160).ToArray())];
        Compare(SmolLm2.Folder, rows, "SmolLM2-135M", kernels);
    }

    [Fact]
    public void Logits_in_the_stored16_bit_type_are_within_the_oracles_tolerance()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable _ = torch.no_grad();
        using Golden golden = new(Path.Combine(OracleCases.Model("llama_bf16"), "golden.safetensors"));
        using PaddedBatch batch = new(golden);
        using Decoder decoder = Decoder.Load(
            OracleCases.Model("llama_bf16"), new DecoderOptions { ComputeDtype = torch.ScalarType.BFloat16 });
        double[] truth = batch.Unpad(golden.Doubles("logits_f64x"), decoder.Config.VocabularySize);
        double[] native = batch.Unpad(golden.Doubles("logits_native"), decoder.Config.VocabularySize);
        double[] ours = Numbers.Doubles(decoder.Logits(decoder.Forward(batch.Tokens, batch.Layout)));
        double tolerance = OracleCases.Tolerance(OracleCases.Entry("models", "llama_bf16"), "logits_computed_in_stored_dtype_abs");
        Numbers.AssertClose(truth, ours, tolerance, "bfloat16 logits");
        Assert.InRange(RootMeanSquare(truth, ours), 0, 2 * RootMeanSquare(truth, native));
    }

    private void Compare(string folder, int[][] rows, string name, string kernels)
    {
        LoraConfig lora = new() { Rank = 8, Alpha = 16 };
        (double[] Logps, Dictionary<string, double[]> Gradients) truth = Run(torch.ScalarType.Float64, naive: false);
        (double[] Logps, Dictionary<string, double[]> Gradients) ours = Run(torch.ScalarType.BFloat16, naive: false);
        (double[] Logps, Dictionary<string, double[]> Gradients) plain = Run(torch.ScalarType.BFloat16, naive: true);

        double own = RootMeanSquare(truth.Logps, ours.Logps);
        double their = RootMeanSquare(truth.Logps, plain.Logps);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, kernels {kernels}: log-probs rms {own:E2} against {their:E2}, "
                    + $"max {Numbers.MaxDifference(truth.Logps, ours.Logps):E2} "
                    + $"against {Numbers.MaxDifference(truth.Logps, plain.Logps):E2}"));
        Assert.InRange(own, 0, 2 * their);
        Assert.InRange(Numbers.MaxDifference(truth.Logps, ours.Logps), 0, 2 * Numbers.MaxDifference(truth.Logps, plain.Logps));

        (double ownTotal, double theirTotal) = (0, 0);
        foreach ((string parameter, double[] gradient) in truth.Gradients)
        {
            ownTotal += Squares(gradient, ours.Gradients[parameter]);
            theirTotal += Squares(gradient, plain.Gradients[parameter]);
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, kernels {kernels}: gradients rms {Math.Sqrt(ownTotal):E2} against {Math.Sqrt(theirTotal):E2}"));
        Assert.InRange(Math.Sqrt(ownTotal), 0, 2 * Math.Sqrt(theirTotal));

        (double[] Logps, Dictionary<string, double[]> Gradients) Run(torch.ScalarType dtype, bool naive)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using Decoder decoder = Decoder.Load(
                folder, new DecoderOptions { ComputeDtype = dtype, Kernels = OracleCases.Kernels[kernels] });
            using LoraAdapter adapter = TinyModels.Adapter(decoder, lora);
            using (torch.no_grad())
            {
                foreach ((string parameter, torch.Tensor value) in
                    adapter.Parameters.Where(p => p.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)))
                    value.mul_(0.02);
            }

            decoder.Attach(adapter);
            NaiveLlama plainModel = new(decoder, dtype);
            List<double> logps = [];
            foreach (int[] row in rows)
            {
                torch.Tensor tokenLogps = naive ? plainModel.TokenLogProbs(row) : new PromptTree(row[..1], [row[1..]]).AllLogProbs(decoder);
                logps.AddRange(Numbers.Doubles(tokenLogps));
                tokenLogps.mean().backward();
            }

            return ([.. logps], adapter.Parameters.ToDictionary(p => p.Name, p => Numbers.Doubles(p.Parameter.grad!)));
        }
    }

    private static double RootMeanSquare(double[] expected, double[] actual) => Math.Sqrt(Squares(expected, actual) / expected.Length);

    private static double Squares(double[] expected, double[] actual) => expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum();
}
