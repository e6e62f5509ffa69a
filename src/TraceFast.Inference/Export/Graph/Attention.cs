using TraceFast.Inference.Export.Format;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// Self-attention of one layer: q, k and v in one product, RMS norm on q and k where the family has it, then GroupQueryAttention, which
/// rotates q and k, appends k and v to the cache and attends within the layer's window; then the output projection.
/// </summary>
internal sealed class Attention(ExportContext context, SequenceLengths lengths, RotaryTables tables, int layer)
{
    private readonly DecoderConfig _config = context.Config;
    private readonly HeadLayout _layout = context.Layout(layer);
    private readonly string _module = $"model.layers.{layer}.self_attn";
    private readonly string _name = $"model.layers.{layer}.attn";

    private int QueryWidth => _config.HeadCount * _config.HeadDim;

    private int KeyWidth => _config.KeyValueHeadCount * _config.HeadDim;

    private string Node => "/" + GraphNames.Path(_name);

    /// <summary>x [batch, sequence, hidden] -> the branch's output, the same shape.</summary>
    public string Emit(string x)
    {
        string[] qkv = QueryKeyValue(x);
        LayerConfig own = _config.Layers[layer];
        (string cos, string sin) = own.Rope is int rope ? tables.Names(rope, _layout) : ("", "");
        string mixed = context.Graph.Node(
            GraphBuilder.Microsoft, "GroupQueryAttention", $"{Node}/GroupQueryAttention",
            [.. qkv, GraphIo.PastKey(layer), GraphIo.PastValue(layer), lengths.LastKey, lengths.Total, cos, sin, "", "", ""],
            [$"{Node}/GroupQueryAttention/output_0", GraphIo.PresentKey(layer), GraphIo.PresentValue(layer)],
            ("num_heads", _config.HeadCount), ("kv_num_heads", _config.KeyValueHeadCount), ("scale", _config.AttentionScale),
            ("local_window_size", own.Window ?? -1), ("softcap", _config.AttentionSoftcap ?? 0.0),
            ("do_rotary", own.Rope == null ? 0 : 1), ("rotary_interleaved", 0));
        return new Projection(
            $"{_name}.o_proj", QueryWidth, _config.OutputBias, new ProjectionRows($"{_module}.o_proj", 0, _config.HiddenSize))
        {
            InputMap = _layout.Map(_config.HeadCount),
        }.Emit(context, mixed);
    }

    /// <summary>The operator's first three inputs: one packed product and two gaps, or q, k and v.</summary>
    private string[] QueryKeyValue(string x)
    {
        ProjectionRows q = Rows("q_proj", 0, QueryWidth, _config.HeadCount);
        ProjectionRows k = Rows("k_proj", QueryWidth, KeyWidth, _config.KeyValueHeadCount);
        ProjectionRows v = Rows("v_proj", QueryWidth + KeyWidth, KeyWidth, _config.KeyValueHeadCount);
        // An adapter's A and B belong to one stored matrix, so where they are inputs each matrix is a product of its own.
        bool apart = !_config.FusedProjections && new[] { q, k, v }.Any(r => context.Model.Adapted.ContainsKey(r.Module));
        if (apart)
        {
            string[] three = [Product("q_proj", x, q), Product("k_proj", x, k), Product("v_proj", x, v)];
            return Normed(three);
        }

        string packed = Product("qkv_proj", x, q, k, v);
        if (_config.QueryKeyNorm == QueryKeyNorm.None)
            return [packed, "", ""];
        string[] parts = [.. new[] { "q", "k", "v" }.Select(p => $"{Node}/qkv_proj/Split/output_{p}")];
        context.Graph.Node(
            "", "Split", $"{Node}/qkv_proj/Split", [packed, context.Graph.Constant(q.Outputs, k.Outputs, v.Outputs)], parts, ("axis", -1));
        return Normed(parts);
    }

    private string[] Normed(string[] qkv) => _config.QueryKeyNorm switch
    {
        QueryKeyNorm.None => qkv,
        QueryKeyNorm.PerHead =>
            [PerHead("q_norm", qkv[0], _config.HeadCount), PerHead("k_norm", qkv[1], _config.KeyValueHeadCount), qkv[2]],
        _ => [FullWidth("q_norm", qkv[0], _config.HeadCount), FullWidth("k_norm", qkv[1], _config.KeyValueHeadCount), qkv[2]],
    };

    private string PerHead(string norm, string x, int heads)
    {
        GraphBuilder graph = context.Graph;
        string perHead = graph.Node("Reshape", $"{Node}/{norm}/Reshape_1", [x, graph.Constant(0, -1, _layout.Width)]);
        string normed = Emit(norm, perHead, _layout.Map(1), _layout.Width);
        return graph.Node("Reshape", $"{Node}/{norm}/Reshape_2", [normed, graph.Constant(0, -1, heads * _layout.Width)]);
    }

    private string FullWidth(string norm, string x, int heads) => Emit(norm, x, _layout.Map(heads), heads * _layout.Width);

    private string Emit(string norm, string x, long[]? map, int width)
    {
        Norm rms = new($"{_name}.{norm}.layernorm", $"{_module}.{norm}") { Map = map, Filled = (double)_config.HeadDim / _layout.Width };
        return rms.Emit(context, x, rms.Weight(context, width));
    }

    private string Product(string projection, string x, params ProjectionRows[] rows) =>
        new Projection($"{_name}.{projection}", _config.HiddenSize, _config.QkvBias, rows)
        {
            InputNorm = _config.Norms.BeforeAttention is string norm ? $"model.layers.{layer}.{norm}" : null,
        }.Emit(context, x);

    private ProjectionRows Rows(string projection, long firstWhereFused, long count, int heads) =>
        _config.FusedProjections
            ? new ProjectionRows($"{_module}.qkv_proj", firstWhereFused, count, _layout.Map(heads))
            : new ProjectionRows($"{_module}.{projection}", 0, count, _layout.Map(heads));
}

/// <summary>
/// What GroupQueryAttention wants of the mask, once for all layers: seqlens_k [batch] = ones of the row - 1, and total_sequence_length,
/// the mask's width; both int32.
/// </summary>
/// <param name="LastKey">Name of seqlens_k: the place of each row's last key.</param>
internal sealed record SequenceLengths(string LastKey, string Total)
{
    private const int Int32 = (int)Onnx.TensorProto.Types.DataType.Int32;

    public static SequenceLengths Emit(GraphBuilder graph)
    {
        const string root = "/model/attn_mask_reformat/attn_mask_subgraph";
        string sum = graph.Node("ReduceSum", $"{root}/ReduceSum", [GraphIo.AttentionMask, graph.Constant(1)], ("keepdims", 0));
        string last = graph.Node("Sub", $"{root}/Sub", [sum, graph.Constant(1)]);
        string lastKey = graph.Node("Cast", $"{root}/Sub/Cast", [last], ("to", Int32));
        string shape = graph.Node("Shape", $"{root}/Shape", [GraphIo.AttentionMask]);
        string width = graph.Node("Gather", $"{root}/Gather", [shape, graph.ScalarConstant(1)], ("axis", 0));
        return new SequenceLengths(lastKey, graph.Node("Cast", $"{root}/Gather/Cast", [width], ("to", Int32)));
    }
}
