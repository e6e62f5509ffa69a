using System.Text.Json;
using TraceFast.Data;
using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>What genai_config.json takes from the model's own files.</summary>
public sealed class GenAiConfigTests
{
    private const string Model = "llama_gqa";

    [Fact]
    public void Generation_settings_come_from_their_own_file_first()
    {
        using TemporaryFolder folder = new();
        CopyModel(folder, "model");
        folder.Write(
            "model/generation_config.json",
            """{"eos_token_id":[5,2],"pad_token_id":null,"do_sample":true,"temperature":0.6,"top_p":0.9,"top_k":20,"repetition_penalty":"""
                + """1.1}""");
        using OnnxDecoder decoder = Exported.Open(folder["model"], null, folder, new ExportOptions());
        Assert.Equal([5, 2], decoder.EosTokenIds);
        Assert.Equal(1, decoder.BosTokenId);
        Assert.Equal(0, decoder.PadTokenId); // config.json's, since the other file has none
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(decoder.Folder, "genai_config.json")));
        JsonElement search = json.RootElement.GetProperty("search");
        Assert.True(search.GetProperty("do_sample").GetBoolean());
        Assert.Equal(0.6, search.GetProperty("temperature").GetDouble());
        Assert.Equal(0.9, search.GetProperty("top_p").GetDouble());
        Assert.Equal(20, search.GetProperty("top_k").GetInt32());
        Assert.Equal(1.1, search.GetProperty("repetition_penalty").GetDouble());
        Assert.Equal(decoder.ContextLength, search.GetProperty("max_length").GetInt32());
    }

    [Fact]
    public void Padded_heads_are_the_caches_heads()
    {
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(OracleCases.Model("qwen3_tied"), null, folder, new ExportOptions());
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(decoder.Folder, "genai_config.json")));
        Assert.Equal(32, decoder.HeadSize);
        Assert.Equal(32, json.RootElement.GetProperty("model").GetProperty("decoder").GetProperty("head_size").GetInt32());
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"eos_token_id\":")]
    public void A_bad_generation_config_is_refused(string text)
    {
        using TemporaryFolder folder = new();
        CopyModel(folder, "model");
        folder.Write("model/generation_config.json", text);
        InputException e = Assert.ThrowsAny<InputException>(
            () => OnnxExport.Run(folder["model"], null, folder["out"], new ExportOptions(), _ => { }));
        Assert.Contains("generation_config.json", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static void CopyModel(TemporaryFolder folder, string name)
    {
        Directory.CreateDirectory(folder[name]);
        foreach (string file in new[] { "config.json", "model.safetensors" })
            File.Copy(Path.Combine(OracleCases.Model(Model), file), folder[$"{name}/{file}"]);
    }
}
