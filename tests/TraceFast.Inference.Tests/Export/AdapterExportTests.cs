using Microsoft.ML.OnnxRuntime;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Adapters merged and as inputs, against the logits that PEFT gives.</summary>
public sealed class AdapterExportTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    public static MatrixTheoryData<string, AdapterUse> Cases => new(OracleCases.Lora, [AdapterUse.Merge, AdapterUse.Inputs]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_equal_peft(string name, AdapterUse use)
    {
        GoldenLogits golden = GoldenLogits.Of("lora", name);
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(
            OracleCases.Base(name), OracleCases.Folder("lora", name), folder, new ExportOptions { Adapter = use });
        double difference = Difference(decoder, golden, null);
        output.WriteLine($"{name} {use}: {difference / golden.Spread:e1} of the spread, {decoder.AdapterInputs.Count} inputs");
        Assert.Equal(use == AdapterUse.Inputs, decoder.AdapterInputs.Count > 0);
        Assert.InRange(difference, 0, Tolerance * golden.Spread);
    }

    [Fact]
    public void Another_adapter_and_none_can_be_given_at_a_run()
    {
        string model = OracleCases.Base("llama__r8_all");
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(
            model, OracleCases.Folder("lora", "llama__r8_all"), folder, new ExportOptions { Adapter = AdapterUse.Inputs });
        foreach (string other in new[] { "llama__rslora", "llama__r4_qv", "llama__layer1_only" })
        {
            Assert.Equal(model, OracleCases.Base(other));
            GoldenLogits golden = GoldenLogits.Of("lora", other);
            using LoraInputs inputs = LoraInputs.Read(decoder, model, OracleCases.Folder("lora", other));
            Assert.InRange(Difference(decoder, golden, inputs), 0, Tolerance * golden.Spread);
        }

        using LoraInputs none = LoraInputs.None(decoder);
        GoldenLogits bare = GoldenLogits.Of("models", Path.GetFileName(model));
        Assert.InRange(Difference(decoder, bare, none), 0, Tolerance * bare.Spread);
    }

    [Fact]
    public void An_adapter_of_other_modules_is_refused()
    {
        string model = OracleCases.Base("llama__r4_qv");
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(
            model, OracleCases.Folder("lora", "llama__r4_qv"), folder, new ExportOptions { Adapter = AdapterUse.Inputs });
        OnnxModelException e = Assert.Throws<OnnxModelException>(
            () => LoraInputs.Read(decoder, model, OracleCases.Folder("lora", "llama__r8_all")));
        Assert.Contains("has no adapter inputs", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<OnnxModelException>(() => LoraInputs.Read(decoder, model, OracleCases.Folder("lora", "llama__lm_head_saved")));
        Assert.Contains("modules_to_save", e.Message, StringComparison.Ordinal);
    }

    private static double Difference(OnnxDecoder decoder, GoldenLogits golden, LoraInputs? inputs)
    {
        using CachedRun run = new(decoder, golden.Rows.Length, golden.Rows.Max(r => r.Length));
        foreach ((string name, OrtValue value) in inputs?.Values ?? new Dictionary<string, OrtValue>())
            run.BindAdapter(name, value);
        return run.Step(golden.Rows).Select((l, b) => golden.Difference(b, 0, l)).Max();
    }
}
