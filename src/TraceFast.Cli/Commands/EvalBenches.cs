using TraceFast.Evaluation;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Cli.Commands;

/// <summary>The benchmarks that <c>eval</c> knows.</summary>
internal static class EvalBenches
{
    private static readonly Dictionary<string, Func<IBench>> s_benches = new(StringComparer.Ordinal)
    {
        ["ifeval"] = () => new IfEvalBench(),
    };

    public static string[] Names { get; } = [.. s_benches.Keys];

    public static IBench Create(string name) => s_benches[name]();
}
