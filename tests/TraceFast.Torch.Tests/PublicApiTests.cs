using TraceFast.Tests;

namespace TraceFast.Torch.Tests;

/// <summary>
/// The public surface stands in src/TraceFast.Torch/PublicApi.txt, so that a change to it is seen in review. Every member
/// must be TorchSharp's, with its signature. TRACEFAST_UPDATE_API=1 rewrites the file.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_listed_one()
    {
        string file = Path.Combine(Oracles.RepositoryRoot, "src", "TraceFast.Torch", "PublicApi.txt");
        IReadOnlyList<string> actual = PublicApi.Of(typeof(torch).Assembly);
        if (Environment.GetEnvironmentVariable("TRACEFAST_UPDATE_API") == "1")
            File.WriteAllLines(file, actual);
        string[] listed = File.ReadAllLines(file);
        Assert.Empty(actual.Except(listed).Select(l => "not listed: " + l));
        Assert.Empty(listed.Except(actual).Select(l => "gone: " + l));
    }
}
