using TraceFast.Data;

namespace TraceFast.Training.Metrics;

/// <summary>A metrics or event file in the output folder does not fit the checkpoint that a run resumes from.</summary>
public sealed class MetricsFileException(string message) : InputException(message)
{
    internal static MetricsFileException TooShort(string path, long found, long expected) => new(
        $"{path}: {found} bytes, but the checkpoint was taken when it held {expected}: steps before the checkpoint are missing. "
        + "Restore the file, go on from an older checkpoint (resume_from_checkpoint: its folder), or train into another output_dir.");
}
