using TraceFast.Inference.Export.Format;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>The gated MLP of one layer: down(act(gate(x)) * up(x)). silu(z) is Sigmoid and Mul, which the runtime fuses.</summary>
internal sealed class Mlp(ExportContext context, int layer)
{
    private readonly DecoderConfig _config = context.Config;
    private readonly string _name = $"model.layers.{layer}.mlp";

    private string Node => "/" + GraphNames.Path(_name);

    /// <summary>x [batch, sequence, hidden] -> the branch's output, the same shape.</summary>
    public string Emit(string x)
    {
        GraphBuilder graph = context.Graph;
        (string gate, string up) = GateUp(x);
        string activated = _config.Activation switch
        {
            GateActivation.Silu => graph.Node("Mul", $"{Node}/act_fn/Mul", [gate, graph.Node("Sigmoid", $"{Node}/act_fn/Sigmoid", [gate])]),
            GateActivation.GeluTanh => Microsoft("FastGelu", gate),
            GateActivation.Gelu => Microsoft("Gelu", gate),
            _ => throw new OnnxModelException(
                context.Model.Folder, $"activation {_config.Activation} has no operator in the exported graph"),
        };
        string product = graph.Node("Mul", $"{Node}/Mul", [activated, up]);
        return Project("down_proj", product, _config.IntermediateSize, new ProjectionRows($"{_name}.down_proj", 0, _config.HiddenSize));
    }

    private (string Gate, string Up) GateUp(string x)
    {
        int width = _config.IntermediateSize;
        if (!_config.FusedProjections)
            return (Project("gate_proj", x, _config.HiddenSize, Whole("gate_proj", width)),
                Project("up_proj", x, _config.HiddenSize, Whole("up_proj", width)));
        string fused = $"{_name}.gate_up_proj";
        if (!context.Model.Adapted.ContainsKey(fused))
        {
            return (
                Project("gate_proj", x, _config.HiddenSize, new ProjectionRows(fused, 0, width)),
                Project("up_proj", x, _config.HiddenSize, new ProjectionRows(fused, width, width)));
        }

        string both = Project("gate_up_proj", x, _config.HiddenSize, Whole("gate_up_proj", 2 * width));
        string[] parts = [$"{Node}/gate_up_proj/Split/output_gate", $"{Node}/gate_up_proj/Split/output_up"];
        context.Graph.Node("", "Split", $"{Node}/gate_up_proj/Split", [both, context.Graph.Constant(width, width)], parts, ("axis", -1));
        return (parts[0], parts[1]);
    }

    private ProjectionRows Whole(string projection, int rows) => new($"{_name}.{projection}", 0, rows);

    private string Project(string projection, string x, int inputs, ProjectionRows rows) =>
        new Projection($"{_name}.{projection}", inputs, _config.MlpBias, rows)
        {
            InputNorm = projection != "down_proj" && _config.Norms.BeforeMlp is string norm ? $"model.layers.{layer}.{norm}" : null,
        }.Emit(context, x);

    private string Microsoft(string op, string x) =>
        context.Graph.Node(GraphBuilder.Microsoft, op, $"{Node}/act_fn/{op}", [x], [$"{Node}/act_fn/{op}/output_0"]);
}
