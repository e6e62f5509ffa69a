namespace TraceFast.Cli;

/// <summary>The compute dtype that an option names. "auto" is float32: scores are to be compared, so nothing is rounded unasked.</summary>
internal static class DtypeChoice
{
    public static readonly string[] Names = ["auto", "float32", "float64", "bfloat16"];

    public static torch.ScalarType Parse(string name) => name switch
    {
        "float64" => torch.ScalarType.Float64,
        "bfloat16" => torch.ScalarType.BFloat16,
        _ => torch.ScalarType.Float32,
    };
}
