namespace TraceFast.Tests;

/// <summary>
/// Where the reference data made with other libraries lies: the environment variable TRACEFAST_ORACLES, by default
/// <c>../shared/data</c> beside the repository. A test that needs a file which is absent is skipped and says which.
/// </summary>
internal static class Oracles
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    public static string Root { get; } =
        Environment.GetEnvironmentVariable("TRACEFAST_ORACLES") is { Length: > 0 } set
            ? set
            : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data"));

    /// <summary>The path of a file or folder under the oracle root; skips the running test where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        string path = Path.Combine([Root, .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path))
            Assert.Skip($"oracle data absent: {path} (set TRACEFAST_ORACLES)");
        return path;
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d != null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "TraceFast.sln")))
                return d.FullName;
        return Directory.GetCurrentDirectory();
    }
}
