using TraceFast.Inference.Export.Format;
using TraceFast.Kernels.RmsNorm;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// RMS norm over the last dimension, w x / sqrt(mean x^2 + epsilon), as SimplifiedLayerNormalization. gemma's 1 + w is stored as the
/// weight. Over heads padded from D to P channels the mean counts zeros, so that
///   w x / sqrt(sum x^2 / D + e)  =  (w sqrt(D/P)) x / sqrt(sum x^2 / P + e D/P)
/// and weight and epsilon are stored with these factors.
/// </summary>
internal sealed record Norm(string Name, string Module)
{
    public string Node => "/" + GraphNames.Path(Name);

    /// <summary>Where the channels are; null: in place.</summary>
    public long[]? Map { get; init; }

    /// <summary>D / P.</summary>
    public double Filled { get; init; } = 1;

    /// <summary>Adds the weight [width] to the graph; its name.</summary>
    public string Weight(ExportContext context, long width) =>
        context.Graph.Weight(TensorData.Of($"{Name}.weight", context.Type, [width], () =>
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor w = context.Model.Read($"{Module}.weight");
            if (context.Config.NormStyle == RmsNormStyle.Gemma)
                w = w + 1;
            if (context.InputScales.TryGetValue(Module, out torch.Tensor? scales))
                w = w / scales;
            return ChannelMap.Apply(Filled == 1 ? w : w * Math.Sqrt(Filled), Map).alias().MoveToOuterDisposeScope();
        }));

    /// <summary>Adds the norm of x; the name of its output.</summary>
    public string Emit(ExportContext context, string x, string weight) =>
        context.Graph.Node(
            "", "SimplifiedLayerNormalization", $"{Node}/LayerNorm", [x, weight], [$"{Node}/output_0"],
            ("epsilon", context.Config.NormEpsilon * Filled), ("axis", -1), ("stash_type", 1));
}
