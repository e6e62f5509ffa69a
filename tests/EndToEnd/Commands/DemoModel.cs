using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>The small model of this repository, with the data and configurations beside it.</summary>
internal static class DemoModel
{
    public static string Folder { get; } = Path.Combine(Oracles.RepositoryRoot, "models", "demo");

    public static string Quads { get; } = Path.Combine(Folder, "data", "quads.jsonl");

    /// <summary>
    /// A short run of models/demo/iopo.yaml in <paramref name="output"/>, its paths made absolute and more values laid over it.
    /// </summary>
    public static CommandResult Train(string output, params string[] more) => CommandHarness.Run(
    [
        "train", Path.Combine(Folder, "iopo.yaml"), $"model_name_or_path={Folder}", $"dataset={Quads}", $"output_dir={output}",
        "max_samples=24", "max_steps=2", "plot_loss=false", .. more,
    ]);
}
