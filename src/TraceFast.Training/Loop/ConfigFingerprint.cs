using TraceFast.Training.Configuration;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>
/// What must be the same for a run to be resumed: the values of the configuration keys that its numbers depend on, and hashes of the
/// content that paths stand for.
/// </summary>
internal static class ConfigFingerprint
{
    public static SortedDictionary<string, string> Of(RunConfiguration configuration, LoadedRun run, string? referenceContent)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SortedDictionary<string, string> fingerprint = new(StringComparer.Ordinal)
        {
            ["content of the model"] = run.Model.Decoder.ContentHash,
            ["content of the starting adapter"] = run.Model.Adapter?.ContentHash ?? "none",
            ["content of the training records"] = ContentHash.Of(run.Data.Train),
            ["content of the evaluation records"] = ContentHash.Of(run.Data.Evaluation),
            ["compute dtype"] = ComputeDtypeChoice.NameOf(run.Model.Decoder.Options.ComputeDtype),
            ["reference log-probs"] = referenceContent ?? "none",
        };
        foreach ((string name, string value) in configuration.ValuesOf(key => key.Compared))
            fingerprint[name] = value;
        return fingerprint;
    }
}
