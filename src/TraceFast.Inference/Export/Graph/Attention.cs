using TraceFast.Inference.Export.Format;
using TraceFast.Models;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// Self-attention of one layer: q, k and v in one product, RMS norm on q and k where the family has it, then GroupQueryAttention, which
/// rotates q and k, appends k and v to the cache and attends within the layer's window; then the output projection.
/// </summary>
internal sealed class Attention(ExportContext context, SequenceLengths lengths, RotaryTables tables, int layer)
{
    private readonly DecoderConfig config = context.Config;
    private readonly HeadLayout layout = context.Layout(layer);
    private readonly string module = $"model.layers.{layer}.self_attn";
    private readonly string name = $"model.layers.{layer}.attn";

    private int QueryWidth => config.HeadCount * config.HeadDim;

    private int KeyWidth => config.KeyValueHeadCount * config.HeadDim;

    private string Node => "/" + GraphNames.Path(name);

    /// <summary>x [batch, sequence, hidden] -> the branch's output, the same shape.</summary>
    public string Emit(string x)
    {
        string[] qkv = QueryKeyValue(x);
        LayerConfig own = config.Layers[layer];
        (string cos, string sin) = own.Rope is int rope ? tables.Names(rope, layout) : ("", "");
        string mixed = context.Graph.Node(
            GraphBuilder.Microsoft, "GroupQueryAttention", $"{Node}/GroupQueryAttention",
            [.. qkv, GraphIo.PastKey(layer), GraphIo.PastValue(layer), lengths.LastKey, lengths.Total, cos, sin, "", "", ""],
            [$"{Node}/GroupQueryAttention/output_0", GraphIo.PresentKey(layer), GraphIo.PresentValue(layer)],
            ("num_heads", config.HeadCount), ("kv_num_heads", config.KeyValueHeadCount), ("scale", config.AttentionScale),
            ("local_window_size", own.Window ?? -1), ("softcap", config.AttentionSoftcap ?? 0.0),
            ("do_rotary", own.Rope == null ? 0 : 1), ("rotary_interleaved", 0));
        return new Projection($"{name}.o_proj", QueryWidth, config.OutputBias, new ProjectionRows($"{module}.o_proj", 0, config.HiddenSize))
        {
            InputMap = layout.Map(config.HeadCount),
        }.Emit(context, mixed);
    }

    /// <summary>The operator's first three inputs: one packed product and two gaps, or q, k and v.</summary>
    private string[] QueryKeyValue(string x)
    {
        ProjectionRows q = Rows("q_proj", 0, QueryWidth, config.HeadCount);
        ProjectionRows k = Rows("k_proj", QueryWidth, KeyWidth, config.KeyValueHeadCount);
        ProjectionRows v = Rows("v_proj", QueryWidth + KeyWidth, KeyWidth, config.KeyValueHeadCount);
        // An adapter's A and B belong to one stored matrix, so where they are inputs each matrix is a product of its own.
        bool apart = !config.FusedProjections && new[] { q, k, v }.Any(r => context.Model.Adapted.ContainsKey(r.Module));
        if (apart)
        {
            string[] three = [Product("q_proj", x, q), Product("k_proj", x, k), Product("v_proj", x, v)];
            return Normed(three);
        }

        string packed = Product("qkv_proj", x, q, k, v);
        if (config.QueryKeyNorm == QueryKeyNorm.None)
            return [packed, "", ""];
        string[] parts = [.. new[] { "q", "k", "v" }.Select(p => $"{Node}/qkv_proj/Split/output_{p}")];
        context.Graph.Node(
            "", "Split", $"{Node}/qkv_proj/Split", [packed, context.Graph.Constant(q.Outputs, k.Outputs, v.Outputs)], parts, ("axis", -1));
        return Normed(parts);
    }

    private string[] Normed(string[] qkv) => config.QueryKeyNorm switch
    {
        QueryKeyNorm.None => qkv,
        QueryKeyNorm.PerHead => [PerHead("q_norm", qkv[0], config.HeadCount), PerHead("k_norm", qkv[1], config.KeyValueHeadCount), qkv[2]],
        _ => [FullWidth("q_norm", qkv[0], config.HeadCount), FullWidth("k_norm", qkv[1], config.KeyValueHeadCount), qkv[2]],
    };

    private string PerHead(string norm, string x, int heads)
    {
        GraphBuilder graph = context.Graph;
        string perHead = graph.Node("Reshape", $"{Node}/{norm}/Reshape_1", [x, graph.Constant(0, -1, layout.Width)]);
        string normed = Emit(norm, perHead, layout.Map(1), layout.Width);
        return graph.Node("Reshape", $"{Node}/{norm}/Reshape_2", [normed, graph.Constant(0, -1, heads * layout.Width)]);
    }

    private string FullWidth(string norm, string x, int heads) => Emit(norm, x, layout.Map(heads), heads * layout.Width);

    private string Emit(string norm, string x, long[]? map, int width)
    {
        Norm rms = new($"{name}.{norm}.layernorm", $"{module}.{norm}") { Map = map, Filled = (double)config.HeadDim / layout.Width };
        return rms.Emit(context, x, rms.Weight(context, width));
    }

    private string Product(string projection, string x, params ProjectionRows[] rows) =>
        new Projection($"{name}.{projection}", config.HiddenSize, config.QkvBias, rows)
        {
            InputNorm = config.Norms.BeforeAttention is string norm ? $"model.layers.{layer}.{norm}" : null,
        }.Emit(context, x);

    private ProjectionRows Rows(string projection, long firstWhereFused, long count, int heads) =>
        config.FusedProjections
            ? new ProjectionRows($"{module}.qkv_proj", firstWhereFused, count, layout.Map(heads))
            : new ProjectionRows($"{module}.{projection}", 0, count, layout.Map(heads));
}
