namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>Files beside these tests. TRACEFAST_MORE_CASES names a folder with larger ones of the same names.</summary>
internal static class TestData
{
    public static string Path(string name) =>
        Environment.GetEnvironmentVariable("TRACEFAST_MORE_CASES") is { Length: > 0 } folder
            ? System.IO.Path.Combine(folder, name)
            : System.IO.Path.Combine(Oracles.RepositoryRoot, "tests", "TraceFast.Evaluation.Tests", "IfEval", "Data", name);
}
