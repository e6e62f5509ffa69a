namespace TraceFast.Models.Weights;

/// <summary>Where a decoder's parameters come from: files, or random draws. The decoder takes them in the order of its modules.</summary>
internal interface IParameterSource
{
    /// <summary>The parameter of that name and shape; asked for once each.</summary>
    Parameter Take(ParameterKind kind, string name, params long[] shape);
}

/// <summary>What a parameter is for, which decides how it is drawn.</summary>
internal enum ParameterKind
{
    Matrix,
    Bias,
    Norm,
}
