namespace TraceFast.Training.Optimization;

/// <summary>The loss or the gradient is not finite, so that no further step makes sense. The last checkpoint is from before.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
