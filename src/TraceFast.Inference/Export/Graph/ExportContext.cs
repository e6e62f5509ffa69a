using System.Text.Json;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Quantization;
using TraceFast.Models.Config;
using TraceFast.Models.Files;
using TraceFast.Models;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TraceFast.Inference.Export.Graph;

/// <summary>What all parts of the graph share.</summary>
internal sealed class ExportContext : IDisposable
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

    /// <summary>Of activations, keys, values and unquantized weights.</summary>
    public DataType Type { get; }

    /// <summary>Channels per head in the graph: the model's, or more where heads are padded with zeros.</summary>
    public int HeadWidth { get; }

    /// <summary>Positions that the rotary tables hold.</summary>
    public int ContextLength { get; }

    /// <summary>The matrices that are rounded, in the order of the graph.</summary>
    public List<RoundedMatrix> Rounded { get; } = [];

    /// <summary>
    /// Under the stored module of a norm, s [hidden]: its weight is divided by s, and the columns of the matrices that it feeds are
    /// multiplied (<see cref="Equalization"/>).
    /// </summary>
    public Dictionary<string, torch.Tensor> InputScales { get; } = new(StringComparer.Ordinal);

    /// <summary>Layers that keep 8 bits where others get 4; the number of layers means the head.</summary>
    public IReadOnlySet<int> EightBitLayers { get; init; } = new HashSet<int>();

    /// <summary>The layer of a matrix; the number of layers for the head.</summary>
    public int LayerOf(Projection projection) => projection.Layer ?? Config.Layers.Count;

    /// <summary>Bits of a matrix in an int8 or int4 export.</summary>
    public int BitsOf(Projection projection) => EightBitLayers.Contains(LayerOf(projection)) ? 8 : Options.Bits!.Value;

    public HeadLayout Layout(int layer) => HeadLayout.For(Config.HeadDim, RopeOf(Config.Layers[layer]), HeadWidth);

    public void Dispose()
    {
        foreach (torch.Tensor scales in InputScales.Values)
            scales.Dispose();
    }

    private RopeConfig? RopeOf(LayerConfig layer) => layer.Rope is int rope ? Config.Ropes[rope] : null;

    /// <exception cref="ModelFileException">The configuration does not say it.</exception>
    public static int LengthIn(DecoderConfig config, string folder)
    {
        using JsonDocument json = JsonDocument.Parse(config.Json);
        return json.RootElement.TryGetProperty("max_position_embeddings", out JsonElement length)
            && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out int positions) && positions > 0 ? positions
            : throw new ModelFileException(
                Path.Combine(folder, "config.json"),
                "'max_position_embeddings': expected a whole number above 0: the exported rotary tables have that many rows, unless their "
                    + "length is given (--max-positions)");
    }
}
