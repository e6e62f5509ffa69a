namespace TraceFast.Cli.Demo;

/// <summary>A training run with its answers and scores.</summary>
/// <param name="Folder">Below the output, for example "noisy/iopo/1".</param>
/// <param name="What">For the progress line.</param>
/// <param name="Start">What it starts from; its weights are in its folder.</param>
/// <param name="Method">How.</param>
/// <param name="Choice">With which settings.</param>
/// <param name="Quads">The file of quads.</param>
/// <param name="Seed">Of the order.</param>
/// <param name="Sets">What to answer.</param>
/// <param name="KeepsWeights">Whether others start from it.</param>
internal sealed record DemoStage(string Folder, string What, DemoFit Start, DemoMethod Method, DemoChoice Choice, string Quads, int Seed, IReadOnlyList<DemoSet> Sets, bool KeepsWeights)
{
    /// <summary>Values that replace those of <see cref="DemoMethod.Settings"/>, paths apart.</summary>
    public IReadOnlyList<string> Overrides => [.. Method.Overrides, .. Choice.Overrides, FormattableString.Invariant($"seed={Seed}")];
}
