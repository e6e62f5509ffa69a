namespace TraceFast.Training.Loop;

/// <summary>How a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>Evaluations stopped improving.</summary>
    StoppedEarly,

    /// <summary>It was asked to stop; a checkpoint of the last whole step was saved.</summary>
    Interrupted,
}

/// <summary>What a run gave.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Steps">Optimizer steps done, those before a resume included.</param>
/// <param name="OutputFolder">Where everything was written.</param>
public sealed record TrainingOutcome(TrainingEnd End, int Steps, string OutputFolder);
