using System.Text.Json;
using Google.Protobuf.Collections;
using Onnx;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;
using TraceFast.Models;

namespace TraceFast.Inference.Tests.Export;

/// <summary>The graph of SmolLM2 against the one that ONNX Runtime GenAI's model builder makes.</summary>
public sealed class GenAiSampleTests
{
    [Theory]
    [InlineData("graph_fp32.json", ExportPrecision.Float32)]
    [InlineData("graph_int4.json", ExportPrecision.Int4)]
    public void Graph_equals_model_builders(string file, ExportPrecision precision)
    {
        JsonElement sample = Sample(file);
        using StoredModel model = StoredModel.Open(SmolLm2.Folder);
        GraphBuilder builder = new();
        DecoderGraph.Build(new ExportContext(model, new ExportOptions { Precision = precision }, builder));

        Assert.Equal(Values(sample.GetProperty("inputs")), Values(builder.Graph.Input));
        Assert.Equal(Values(sample.GetProperty("outputs")), Values(builder.Graph.Output));
        Assert.Equal(
            Values(sample.GetProperty("initializers")).Order(StringComparer.Ordinal),
            builder.Weights.Select(w => $"{w.Name} {w.Type.ToString().ToUpperInvariant()} [{string.Join(", ", w.Dims)}]")
                .Order(StringComparer.Ordinal));
        // The sample lists what stands once and, of what every layer has, layer 0.
        Dictionary<string, string> expected = sample.GetProperty("nodes").EnumerateArray().Select(Node)
            .ToDictionary(n => n.Output, n => n.Text);
        Dictionary<string, string> found = builder.Graph.Node
            .Select(n => (Output: n.Output[0], Text: Node(n)))
            .Where(n =>
                !n.Output.StartsWith("/model/layers.", StringComparison.Ordinal)
                    || n.Output.StartsWith("/model/layers.0/", StringComparison.Ordinal))
            .ToDictionary(n => n.Output, n => n.Text);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, e => Assert.Equal(e.Value, found[e.Key]));
    }

    [Fact]
    public void Config_equals_model_builders()
    {
        using StoredModel model = StoredModel.Open(SmolLm2.Folder);
        using TemporaryFolder folder = new();
        GenAiConfig.Write(folder.Path, new ExportContext(model, new ExportOptions(), new GraphBuilder()));
        Assert.Equal(
            File.ReadAllText(Path.Combine(SampleFolder, "genai_config.json")).Trim(), File.ReadAllText(folder["genai_config.json"]));
    }

    private static string SampleFolder
    {
        get
        {
            string peers = Environment.GetEnvironmentVariable("TRACEFAST_PEERS")
                ?? Path.Combine(Oracles.RepositoryRoot, "..", "shared", "peers");
            string folder = Path.Combine(peers, "genai_sample");
            if (!Directory.Exists(folder))
                Assert.Skip($"absent: {folder}, which holds the graph of ONNX Runtime GenAI's model builder");
            return folder;
        }
    }

    private static JsonElement Sample(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SampleFolder, file))).RootElement;

    private static string[] Values(JsonElement values) =>
        [.. values.EnumerateArray()
            .Select(v =>
                $"{v.GetProperty("name")} {v.GetProperty("type")} [{string.Join(", ", v.GetProperty("shape").EnumerateArray())}]")];

    private static string[] Values(RepeatedField<ValueInfoProto> values) =>
        [.. values.Select(v =>
        {
            TypeProto.Types.Tensor type = v.Type.TensorType;
            IEnumerable<string> dims = type.Shape.Dim.Select(d => d.HasDimParam ? d.DimParam : $"{d.DimValue}");
            return $"{v.Name} {((TensorProto.Types.DataType)type.ElemType).ToString().ToUpperInvariant()} [{string.Join(", ", dims)}]";
        })];

    private static (string Output, string Text) Node(JsonElement node)
    {
        IEnumerable<string> attributes = node.GetProperty("attributes").EnumerateObject()
            .Where(a => a.Name != "value")
            .Select(a =>
                $"{a.Name}="
                + (a.Value.ValueKind == JsonValueKind.Number ? $"{a.Value.GetSingle()}" : string.Join(",", a.Value.EnumerateArray())));
        string[] outputs = [.. node.GetProperty("outputs").EnumerateArray().Select(o => o.GetString()!)];
        return (outputs[0],
            Text(node.GetProperty("op").GetString()!,
                node.GetProperty("inputs").EnumerateArray().Select(i => i.GetString()!), outputs, attributes));
    }

    private static string Node(NodeProto node)
    {
        IEnumerable<string> attributes = node.Attribute.Where(a => a.Name != "value").Select(a => a.Type switch
        {
            AttributeProto.Types.AttributeType.Int => $"{a.Name}={(float)a.I}",
            AttributeProto.Types.AttributeType.Float => $"{a.Name}={a.F}",
            _ => $"{a.Name}={string.Join(",", a.Ints)}",
        });
        return Text(node.Domain.Length == 0 ? node.OpType : $"{node.Domain}.{node.OpType}", node.Input, node.Output, attributes);
    }

    private static string Text(string op, IEnumerable<string> inputs, IEnumerable<string> outputs, IEnumerable<string> attributes) =>
        $"{op}({string.Join("; ", inputs)}) -> {string.Join("; ", outputs)} "
            + $"{{{string.Join("; ", attributes.Order(StringComparer.Ordinal))}}}";
}
