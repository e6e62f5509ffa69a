namespace TraceFast.Models;

/// <summary>Projections of the same input: separate matrices, or one matrix whose output is cut into parts (phi3's fused layout).</summary>
internal sealed class JointLinear
{
    private readonly Linear[] linears;
    private readonly int[] widths;

    private JointLinear(Linear[] linears, int[] widths)
    {
        this.linears = linears;
        this.widths = widths;
    }

    public IReadOnlyList<Linear> Linears => linears;

    public static JointLinear Separate(IParameterSource source, int inputs, bool hasBias, params (string Module, int Width)[] parts) =>
        new([.. parts.Select(p => new Linear(source, p.Module, inputs, p.Width, hasBias))], [.. parts.Select(p => p.Width)]);

    public static JointLinear Fused(IParameterSource source, string module, int inputs, bool hasBias, params int[] widths) =>
        new([new Linear(source, module, inputs, widths.Sum(), hasBias)], widths);

    /// <summary>x [N, inputs] -> [N, width] for each part.</summary>
    public torch.Tensor[] Forward(torch.Tensor x, ForwardContext context)
    {
        torch.Tensor[] outputs = Array.ConvertAll(linears, linear => linear.Forward(x, context));
        if (outputs.Length == widths.Length)
            return outputs;
        torch.Tensor joint = outputs[0];
        long at = 0;
        return Array.ConvertAll(widths, width => joint.narrow(1, (at += width) - width, width));
    }
}
