namespace TraceFast.Endpoint.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tracefast-endpoint-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
