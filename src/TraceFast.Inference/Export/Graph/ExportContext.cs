using System.Text.Json;
using TraceFast.Inference.Export.Format;
using TraceFast.Models;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TraceFast.Inference.Export.Graph;

/// <summary>What all parts of the graph share.</summary>
internal sealed class ExportContext
{
    public ExportContext(StoredModel model, ExportOptions options, GraphBuilder graph)
    {
        Model = model;
        Options = options;
        Graph = graph;
        Type = ElementTypes.Of(options.Precision);
        HeadWidth = Config.Layers.Max(l => HeadLayout.WidthFor(Config.HeadDim, RopeOf(l)));
        ContextLength = options.MaxPositions ?? LengthIn(Config, model.Folder);
    }

    public StoredModel Model { get; }

    public DecoderConfig Config => Model.Config;

    public ExportOptions Options { get; }

    public GraphBuilder Graph { get; }

    /// <summary>Of activations, keys, values and unquantised weights.</summary>
    public DataType Type { get; }

    /// <summary>Channels per head in the graph: the model's, or more where heads are padded with zeros.</summary>
    public int HeadWidth { get; }

    /// <summary>Positions that the rotary tables hold.</summary>
    public int ContextLength { get; }

    public HeadLayout Layout(int layer) => HeadLayout.For(Config.HeadDim, RopeOf(Config.Layers[layer]), HeadWidth);

    private RopeConfig? RopeOf(LayerConfig layer) => layer.Rope is int rope ? Config.Ropes[rope] : null;

    private static int LengthIn(DecoderConfig config, string folder)
    {
        using JsonDocument json = JsonDocument.Parse(config.Json);
        return json.RootElement.TryGetProperty("max_position_embeddings", out JsonElement length)
            && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out int positions) && positions > 0 ? positions
            : throw new ModelFileException(Path.Combine(folder, "config.json"), "'max_position_embeddings': expected a whole number above 0: the exported rotary tables have that many rows, unless their length is given (--max-positions)");
    }
}
