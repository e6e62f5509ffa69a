using TraceFast.Inference.Export.Format;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// The residual stream x between branches. A branch's output is kept until the next norm, so that x + branch and its norm are one
/// SkipSimplifiedLayerNormalization, whose fourth output is the sum.
/// </summary>
internal sealed class ResidualStream(ExportContext context, string value)
{
    private string _value = value;
    private string? _pending;

    /// <summary>norm(x), as <see cref="Norm"/> names it.</summary>
    /// <param name="last">Whether nothing reads x after it.</param>
    public string Normed(Norm norm, bool last = false)
    {
        string weight = norm.Weight(context, context.Config.HiddenSize);
        if (_pending == null)
            return norm.Emit(context, _value, weight);
        string[] outputs = last ? [$"{norm.Node}/output_0"] : [$"{norm.Node}/output_0", "", "", $"{norm.Node}/output_3"];
        context.Graph.Node(
            GraphBuilder.Microsoft, "SkipSimplifiedLayerNormalization", $"{norm.Node}/SkipLayerNorm", [_value, _pending, weight], outputs,
            ("epsilon", context.Config.NormEpsilon));
        _value = outputs[^1];
        _pending = null;
        return outputs[0];
    }

    /// <summary>x itself, where no norm precedes the branch.</summary>
    public string Sum(string name)
    {
        if (_pending != null)
            _value = context.Graph.Node("Add", name, [_value, _pending]);
        _pending = null;
        return _value;
    }

    /// <summary>x + m branch, from here on.</summary>
    /// <param name="branch">Name of the branch's output.</param>
    /// <param name="name">Node that multiplies it, where m is not 1.</param>
    public void Add(string branch, string name)
    {
        double m = context.Config.ResidualMultiplier;
        _pending = m == 1 ? branch : context.Graph.Node("Mul", name, [branch, context.Graph.ScalarConstant(m, context.Type)]);
    }
}
