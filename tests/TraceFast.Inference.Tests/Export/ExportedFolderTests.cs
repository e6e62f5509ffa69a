using System.Text.Json.Nodes;
using Google.Protobuf;
using Onnx;
using TraceFast.Data;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>The files that an exported folder names, and the precision that it has.</summary>
public sealed class ExportedFolderTests
{
    private static string Demo => Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    [Fact]
    public void The_graphs_file_is_the_one_that_genai_config_names()
    {
        using TemporaryFolder folder = new();
        string exported = Export(folder, ExportPrecision.Float32);
        string data = folder.Write("data.jsonl", """{"prompt_ids":[1]}""");
        File.Move(Path.Combine(exported, "model.onnx"), Path.Combine(exported, "decoder.onnx"));
        Assert.Contains(
            "model.onnx is missing", Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(exported, Exported.Quiet)).Message,
            StringComparison.Ordinal);
        Name(exported, "decoder.onnx");
        using (OnnxDecoder decoder = OnnxDecoder.Open(exported, Exported.Quiet))
            Assert.Equal(exported, decoder.Folder);
        Assert.Equal(exported, ExportCache.Resolve(exported, null, null, _ => { }, folder["cache"]));
        string key = Key();
        // Another file of the usual name is none of it; the named one is.
        File.WriteAllText(Path.Combine(exported, "model.onnx"), "something else");
        Assert.Equal(key, Key());
        File.AppendAllText(Path.Combine(exported, "model.onnx.data"), "x");
        Assert.NotEqual(key, Key());

        string Key() => RunRecord.Of(exported, data, new GenerationSettings { Sampling = new SamplingOptions() }, null).Key;
    }

    [Theory]
    [InlineData("\"../model.onnx\"")]
    [InlineData("\"/tmp/model.onnx\"")]
    [InlineData("\"sub/model.onnx\"")]
    [InlineData("\"\"")]
    [InlineData("\"..\"")]
    [InlineData("3")]
    public void A_name_that_leaves_the_folder_is_refused(string name)
    {
        using TemporaryFolder folder = new();
        string exported = Export(folder, ExportPrecision.Float32);
        string config = Path.Combine(exported, "genai_config.json");
        File.WriteAllText(
            config, File.ReadAllText(config).Replace("\"filename\": \"model.onnx\"", $"\"filename\": {name}", StringComparison.Ordinal));
        string message = Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(exported, Exported.Quiet)).Message;
        Assert.Contains($"genai_config.json: model.decoder.filename: found {name}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/weights")]
    public void Weights_outside_the_folder_are_refused(string location)
    {
        using TemporaryFolder folder = new();
        string exported = Export(folder, ExportPrecision.Float32), path = Path.Combine(exported, "model.onnx");
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.Graph.Initializer.First(i => i.ExternalData.Count > 0).ExternalData.Single(d => d.Key == "location").Value = location;
        File.WriteAllBytes(path, model.ToByteArray());
        string message = Assert.Throws<OnnxModelException>(() => OnnxDecoder.Open(exported, Exported.Quiet)).Message;
        Assert.Contains($"keeps weights in '{location}'", message, StringComparison.Ordinal);
    }

    public static TheoryData<ExportPrecision> Precisions => [.. Enum.GetValues<ExportPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void The_precision_that_a_folder_has_is_accepted_and_another_is_refused(ExportPrecision has)
    {
        using TemporaryFolder folder = new();
        string exported = Export(folder, has);
        foreach (ExportPrecision asked in Enum.GetValues<ExportPrecision>())
        {
            if (asked == has)
            {
                Assert.Equal(exported, ExportCache.Resolve(exported, null, asked, _ => { }, folder["cache"]));
                continue;
            }
            string message = Assert.Throws<InputException>(
                () => ExportCache.Resolve(exported, null, asked, _ => { }, folder["cache"])).Message;
            Assert.Contains(
                $"in {has.ToString().ToLowerInvariant()}, and --precision is {asked.ToString().ToLowerInvariant()}", message,
                StringComparison.Ordinal);
        }
        Assert.Contains(
            "no adapter can be merged",
            Assert.Throws<InputException>(() => ExportCache.Resolve(exported, "adapter", null, _ => { }, folder["cache"])).Message,
            StringComparison.Ordinal);
    }

    private static string Export(TemporaryFolder folder, ExportPrecision precision)
    {
        string exported = folder["exported"];
        OnnxExport.Run(Demo, null, exported, new ExportOptions { Precision = precision, Head = HeadPositions.Selected }, _ => { });
        return exported;
    }

    private static void Name(string exported, string file)
    {
        string config = Path.Combine(exported, "genai_config.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(config))!;
        json["model"]!["decoder"]!["filename"] = file;
        File.WriteAllText(config, json.ToJsonString());
    }
}
