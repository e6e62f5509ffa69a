namespace TraceFast.EndToEnd.Commands;

/// <summary>A cache folder of the test's own, for as long as it runs.</summary>
internal sealed class OwnCache : IDisposable
{
    private const string Variable = "TRACEFAST_CACHE";

    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public OwnCache(string folder) => Environment.SetEnvironmentVariable(Variable, folder);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);
}
