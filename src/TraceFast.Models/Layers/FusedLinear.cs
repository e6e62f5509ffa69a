using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>Projections of the same input: separate matrices, or one matrix whose output is cut into parts (phi3's fused layout).</summary>
internal sealed class FusedLinear
{
    private readonly Linear[] _linears;
    private readonly int[] _widths;

    private FusedLinear(Linear[] linears, int[] widths)
    {
        _linears = linears;
        _widths = widths;
    }

    public IReadOnlyList<Linear> Linears => _linears;

    public static FusedLinear Separate(IParameterSource source, int inputs, bool hasBias, params (string Module, int Width)[] parts) =>
        new([.. parts.Select(p => new Linear(source, p.Module, inputs, p.Width, hasBias))], [.. parts.Select(p => p.Width)]);

    public static FusedLinear Fused(IParameterSource source, string module, int inputs, bool hasBias, params int[] widths) =>
        new([new Linear(source, module, inputs, widths.Sum(), hasBias)], widths);

    /// <summary>Whether the parts of the output are one tensor, which is kept whole where one part is.</summary>
    public bool IsJoint => _linears.Length < _widths.Length;

    /// <summary>x [N, inputs] -> [N, width] for each part.</summary>
    public torch.Tensor[] Forward(torch.Tensor x, ForwardContext context)
    {
        torch.Tensor[] outputs = Array.ConvertAll(_linears, linear => linear.Forward(x, context));
        if (outputs.Length == _widths.Length)
            return outputs;
        torch.Tensor joint = outputs[0];
        long at = 0;
        return Array.ConvertAll(_widths, width => joint.narrow(1, (at += width) - width, width));
    }
}
