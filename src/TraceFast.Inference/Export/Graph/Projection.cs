using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Quantization;

namespace TraceFast.Inference.Export.Graph;

/// <summary>Rows of a stored matrix that a projection computes.</summary>
/// <param name="Map">Where they go (<see cref="HeadLayout.Map"/>); null: in place.</param>
internal sealed record ProjectionRows(string Module, long First, long Count, long[]? Map = null)
{
    public long Outputs => Map?.Length ?? Count;
}

/// <summary>
/// y = x W^T + b (+ (x A^T)(s B)^T where A and B are inputs of the graph): one MatMul of W^T [inputs, outputs] or one MatMulNBits, whose
/// rows may come from several stored matrices.
/// </summary>
/// <param name="Name">Name in the graph, dotted: model.layers.0.attn.qkv_proj.</param>
/// <param name="Inputs">Width of x.</param>
/// <param name="HasBias">Whether every part has a bias.</param>
/// <param name="Rows">The rows of W, in order.</param>
internal sealed record Projection(string Name, long Inputs, bool HasBias, params ProjectionRows[] Rows)
{
    /// <summary>Where x's channels come from; null: in place.</summary>
    public long[]? InputMap { get; init; }

    /// <summary>The stored module of the norm whose output x is; null: x is no norm's.</summary>
    public string? InputNorm { get; init; }

    public long Outputs => Rows.Sum(r => r.Outputs);

    public long Width => InputMap?.Length ?? Inputs;

    /// <summary>Its layer; null: the head.</summary>
    public int? Layer =>
        Rows[0].Module.Split('.') is ["model", "layers", string index, ..]
            ? int.Parse(index, System.Globalization.CultureInfo.InvariantCulture) : null;

    private string Node => "/" + GraphNames.Path(Name);

    /// <summary>Adds the product to the graph; the name of y.</summary>
    /// <param name="output">Name that y is to have; null: after the node.</param>
    public string Emit(ExportContext context, string x, string? output = null)
    {
        string? adapted = Rows.Select(r => r.Module).Distinct().SingleOrDefault(context.Model.Adapted.ContainsKey);
        string y = Product(context, x, HasBias || adapted != null ? null : output);
        if (HasBias)
        {
            string bias = context.Graph.Weight(TensorData.Of($"{Name}.Add.bias", context.Type, [Outputs], () => Stack(context, "bias")));
            y = Named(context, "Add", $"{Node}/Add", [y, bias], adapted != null ? null : output);
        }

        return adapted == null ? y : AddAdapter(context, x, y, adapted, output);
    }

    /// <summary>A^T [inputs, r] and (s B)^T [r, outputs] of the adapter, as this projection takes them.</summary>
    public (torch.Tensor A, torch.Tensor B) AdapterInputs(ExportContext context, string module)
    {
        (torch.Tensor a, torch.Tensor b) = context.Model.AdapterMatrices(module);
        torch.Tensor rows = torch.cat([.. Rows.Select(r => ChannelMap.Apply(b.detach().narrow(0, r.First, r.Count), r.Map))], 0);
        return (ChannelMap.Apply(a.detach().t(), InputMap).contiguous(), (rows * context.Model.Adapted[module].Scaling).t().contiguous());
    }

    private string Product(ExportContext context, string x, string? output)
    {
        if (context.Options.Bits is null)
        {
            string weight = context.Graph.Weight(
                TensorData.Of($"{Name}.MatMul.weight", context.Type, [Width, Outputs], () => Matrix(context, transposed: true)));
            return Named(context, "MatMul", $"{Node}/MatMul", [x, weight], output);
        }

        RoundedMatrix rounded = new(this, context.BitsOf(this), context.Options.Symmetric, () => Matrix(context, transposed: false));
        context.Rounded.Add(rounded);
        return context.Graph.Node(
            GraphBuilder.Microsoft, "MatMulNBits", $"{Node}/MatMulNBits", [x, .. rounded.Tensors.Select(context.Graph.Weight)],
            [output ?? $"{Node}/MatMul/output_0"],
            ("K", Width), ("N", Outputs), ("accuracy_level", context.Options.AccuracyLevel), ("bits", rounded.Bits),
            ("block_size", BlockQuantizer.BlockSize));
    }

    private string AddAdapter(ExportContext context, string x, string y, string module, string? output)
    {
        GraphBuilder graph = context.Graph;
        int rank = context.Model.Adapted[module].Rank;
        string rankName = $"{Name}.lora_rank";
        (string a, string b) = ($"{Name}.lora_A.MatMul.weight", $"{Name}.lora_B.MatMul.weight");
        graph.Input(a, context.Type, Width, rankName);
        graph.Input(b, context.Type, rankName, Outputs);
        graph.Weight(TensorData.Of(a, context.Type, [Width, rank], () => Detached(() => AdapterInputs(context, module).A)));
        graph.Weight(TensorData.Of(b, context.Type, [rank, Outputs], () => Detached(() => AdapterInputs(context, module).B)));
        string inner = graph.Node("MatMul", $"{Node}/lora_A/MatMul", [x, a]);
        string outer = graph.Node("MatMul", $"{Node}/lora_B/MatMul", [inner, b]);
        return Named(context, "Add", $"{Node}/lora/Add", [y, outer], output);
    }

    /// <summary>W [outputs, inputs], or W^T.</summary>
    private torch.Tensor Matrix(ExportContext context, bool transposed) => Detached(() =>
    {
        torch.Tensor w = Stack(context, "weight");
        if (InputNorm != null && context.InputScales.TryGetValue(InputNorm, out torch.Tensor? scales))
            w = w * scales;
        if (InputMap != null)
            w = ChannelMap.Apply(w.t(), InputMap).t();
        return transposed ? w.t().contiguous() : w.contiguous();
    });

    /// <summary>The rows of all parts; those of a single one without a copy.</summary>
    private torch.Tensor Stack(ExportContext context, string kind) => Detached(() =>
    {
        torch.Tensor[] parts = [
            .. Rows.Select(r => ChannelMap.Apply(context.Model.Read($"{r.Module}.{kind}").narrow(0, r.First, r.Count), r.Map))];
        return parts.Length == 1 ? parts[0].alias() : torch.cat(parts, 0);
    });

    private static torch.Tensor Detached(Func<torch.Tensor> make)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        return make().MoveToOuterDisposeScope();
    }

    private static string Named(ExportContext context, string op, string name, string[] inputs, string? output) =>
        context.Graph.Node("", op, name, inputs, [output ?? $"{name}/output_0"]);
}
