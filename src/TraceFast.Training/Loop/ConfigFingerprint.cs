using TraceFast.Training.Configuration;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>
/// What must be the same for a run to be resumed: the values of the configuration keys that its numbers depend on, and hashes of the content
/// that paths stand for.
/// </summary>
internal static class ConfigFingerprint
{
    // Paths stand for their content, which is hashed; the rest of these change when something is written, not what.
    private static readonly HashSet<string> NotCompared = new(StringComparer.Ordinal)
    {
        "model_name_or_path", "adapter_name_or_path", "dataset", "eval_dataset", "dataset_dir", "template", "enable_thinking", "preserve_thinking",
        "split_special_tokens", "reference", "ref_model", "ref_model_adapters",
        "output_dir", "overwrite_output_dir", "resume_from_checkpoint", "logging_steps", "logging_dir", "save_strategy", "save_steps", "save_total_limit",
        "plot_loss", "report_margins",
        "device", "use_cpu", "threads", "compute_dtype", "bf16", "pure_bf16", "max_samples", "on_bad_record", "do_train", "decode_process",
    };

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
        foreach ((string name, string value) in configuration.ValuesOf(key => !NotCompared.Contains(key.Name)))
            fingerprint[name] = value;
        return fingerprint;
    }
}
