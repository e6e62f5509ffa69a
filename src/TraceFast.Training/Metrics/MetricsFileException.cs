using TraceFast.Data;

namespace TraceFast.Training.Metrics;

/// <summary>A metrics or event file in the output folder does not fit the checkpoint that a run resumes from.</summary>
public sealed class MetricsFileException(string message) : InputException(message);
