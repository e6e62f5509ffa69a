using TraceFast.Data;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Damaged or unfit input ends in a typed error that says where, and leaves nothing behind.</summary>
public sealed class BadModelTests
{
    private static string Model => OracleCases.Model("llama_gqa");

    [Fact]
    public void Damaged_onnx_files_are_refused()
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(Model, null, folder["whole"], new ExportOptions(), _ => { });
        byte[] whole = File.ReadAllBytes(folder["whole/model.onnx"]);
        Random random = new(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = [.. whole];
            if (i % 2 == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            else
                Array.ForEach(new int[8], _ => damaged[random.Next(damaged.Length)] = (byte)random.Next(256));
            File.WriteAllBytes(folder["whole/model.onnx"], damaged);
            try
            {
                // A change that leaves a valid model (a name, a float of an attribute) opens.
                using OnnxDecoder decoder = OnnxDecoder.Open(folder["whole"], Exported.Quiet);
            }
            catch (OnnxModelException e)
            {
                Assert.Contains("model.onnx", e.Message, StringComparison.Ordinal);
            }
        }

        File.WriteAllBytes(folder["whole/model.onnx"], whole[..(whole.Length / 2)]);
        Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(folder["whole"], Exported.Quiet));
    }

    [Fact]
    public void Missing_or_short_data_is_refused()
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(Model, null, folder["whole"], new ExportOptions(), _ => { });
        string data = folder["whole/model.onnx.data"];
        using (FileStream stream = File.OpenWrite(data))
            stream.SetLength(stream.Length / 2);
        Assert.Contains(
            "model.onnx", Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(folder["whole"], Exported.Quiet)).Message,
            StringComparison.Ordinal);
        File.Delete(data);
        Assert.Contains(
            "model.onnx.data", Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(folder["whole"], Exported.Quiet)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"model\":{\"context_length\":\"x\"}}")]
    [InlineData("{\"model\":{\"context_length\":-1}}")]
    [InlineData("{\"model\":{\"context_length\":128,\"eos_token_id\":[2,99999]}}")]
    [InlineData("{\"model\":")]
    public void Bad_gen_ai_config_is_refused(string json)
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(Model, null, folder["whole"], new ExportOptions(), _ => { });
        folder.Write("whole/genai_config.json", json);
        Assert.Contains(
            "genai_config.json", Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(folder["whole"], Exported.Quiet)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_provider_is_named()
    {
        using TemporaryFolder folder = new();
        OnnxExport.Run(Model, null, folder["whole"], new ExportOptions(), _ => { });
        try
        {
            using OnnxDecoder decoder = OnnxDecoder.Open(folder["whole"], SessionSettings.OnDevice("cuda"));
            Assert.Skip("this ONNX Runtime has a CUDA provider");
        }
        catch (MissingProviderException e)
        {
            Assert.Contains("CUDA provider", e.Message, StringComparison.Ordinal);
        }

        Assert.Contains(
            "expected cpu, cuda", Assert.Throws<OnnxModelException>(() => SessionSettings.OnDevice("tpu")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unfit_input_is_refused_and_leaves_nothing()
    {
        using TemporaryFolder folder = new();
        folder.Write("taken/file", "x");
        Refused("not empty", Model, null, "taken", new ExportOptions());
        Refused("accuracy level", Model, null, "out", new ExportOptions { Precision = ExportPrecision.Int4, AccuracyLevel = 5 });
        Refused("max positions", Model, null, "out", new ExportOptions { MaxPositions = 0 });
        Refused("LoRA inputs need an adapter", Model, null, "out", new ExportOptions { Adapter = AdapterUse.Inputs });
        Refused("absent", folder["absent"], null, "out", new ExportOptions());
        Refused("no such folder", Model, folder["absent"], "out", new ExportOptions());
        string config = File.ReadAllText(Path.Combine(Model, "config.json"));
        folder.Write("other/config.json", config.Replace("\"llama\"", "\"mamba\"", StringComparison.Ordinal));
        Refused("mamba", folder["other"], null, "out", new ExportOptions());
        folder.Write("short/config.json", config.Replace("\"max_position_embeddings\"", "\"unused\"", StringComparison.Ordinal));
        File.Copy(Path.Combine(Model, "model.safetensors"), folder["short/model.safetensors"]);
        Refused("max_position_embeddings", folder["short"], null, "out", new ExportOptions());

        void Refused(string message, string model, string? adapter, string to, ExportOptions options)
        {
            InputException e = Assert.ThrowsAny<InputException>(() => OnnxExport.Run(model, adapter, folder[to], options, _ => { }));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(
                Directory.GetFileSystemEntries(folder.Path), f => Path.GetFileName(f).StartsWith("out", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Rotary_tables_have_the_length_asked_for()
    {
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(Model, null, folder, new ExportOptions { MaxPositions = 37 });
        Assert.Equal(37, decoder.ContextLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CachedRun(decoder, 1, 38));
    }

    [Fact]
    public void B_float16_runs_or_says_that_it_cannot()
    {
        using TemporaryFolder folder = new();
        ExportOptions options = new() { Precision = ExportPrecision.BFloat16 };
        try
        {
            Assert.True(CheckedExport.Run(Model, null, folder["out"], options, Exported.Quiet, _ => { }).Passed);
        }
        catch (OnnxModelException e)
        {
            // A provider without an implementation of an operator, not a graph that is wrong.
            Assert.Contains("NotImplemented", e.Message, StringComparison.Ordinal);
            Assert.Contains("export in float32 or float16", e.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder["out"]));
        }
    }

    [Fact]
    public void Values_beyond_float16_are_refused()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["model"]);
        File.Copy(Path.Combine(Model, "config.json"), folder["model/config.json"]);
        using (TraceFast.Models.Files.ModelWeights weights = TraceFast.Models.Files.ModelWeights.Open(Model))
        {
            TraceFast.Models.Files.SafetensorsWriter.Write(
                folder["model/model.safetensors"],
                [.. weights.Tensors.Select(t => new TraceFast.Models.Files.TensorToWrite(t.Name, t.DType, t.Shape, () =>
            {
                weights.TryGet(t.Name, out TraceFast.Models.Files.SafetensorsFile file, out _);
                torch.Tensor values = file.Load(t.Name);
                return t.Name == "model.norm.weight" ? values * 1e6 : values;
            }))]);
        }

        OnnxModelException e = Assert.Throws<OnnxModelException>(() =>
            OnnxExport.Run(folder["model"], null, folder["out"], new ExportOptions { Precision = ExportPrecision.Float16 }, _ => { }));
        Assert.Contains("final_norm", e.Message, StringComparison.Ordinal);
        Assert.Contains("float16's range", e.Message, StringComparison.Ordinal);
        Assert.Equal(["model"], Directory.GetFileSystemEntries(folder.Path).Select(f => Path.GetFileName(f)!));
    }
}
