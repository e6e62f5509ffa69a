using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>What must be the same for a run to be resumed: the configuration keys that its numbers depend on, and the content that paths stand for.</summary>
internal static class RunIdentity
{
    // Paths stand for their content, which is hashed; the rest of these change when something is written, not what.
    private static readonly HashSet<string> Free = new(StringComparer.Ordinal)
    {
        "model_name_or_path", "adapter_name_or_path", "dataset", "eval_dataset", "dataset_dir", "template", "enable_thinking", "preserve_thinking", "split_special_tokens", "reference", "ref_model", "ref_model_adapters",
        "output_dir", "overwrite_output_dir", "resume_from_checkpoint", "logging_steps", "logging_dir", "save_strategy", "save_steps", "save_total_limit", "plot_loss", "report_margins",
        "device", "use_cpu", "threads", "compute_dtype", "bf16", "pure_bf16", "max_samples", "on_bad_record", "do_train", "decode_process",
    };

    public static SortedDictionary<string, string> Of(
        RunConfiguration configuration, RunModel model, IReadOnlyList<EncodedRecord> train, IReadOnlyList<EncodedRecord> evaluation, string computeDtype, string? referenceContent)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["content of the model"] = model.Decoder.ContentHash,
            ["content of the starting adapter"] = model.Adapter?.ContentHash ?? "none",
            ["content of the training records"] = ContentHash.Of(train),
            ["content of the evaluation records"] = ContentHash.Of(evaluation),
            ["compute dtype"] = computeDtype,
            ["reference log-probs"] = referenceContent ?? "none",
        };
        foreach (string line in configuration.Canonical(key => !Free.Contains(key.Name)))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            identity[line[..colon]] = line[(colon + 2)..].TrimEnd('\n');
        }

        return identity;
    }
}
