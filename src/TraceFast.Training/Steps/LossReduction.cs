namespace TraceFast.Training.Steps;

/// <summary>How much each record weighs in the loss of its optimizer step.</summary>
public enum LossReduction
{
    /// <summary>
    /// Each of the n records of a step weighs 1/n, also in a short last step: the gradient does not depend on how the step is cut.
    /// </summary>
    Records,

    /// <summary>
    /// As transformers' Trainer (4.46 and later): the mean of each micro-batch, divided by the number of micro-batches in this step.
    /// </summary>
    Microbatch,

    /// <summary>
    /// As the published trainer (transformers 4.43): the mean of each micro-batch, divided by gradient_accumulation_steps;
    /// micro-batches left over at the end of an epoch are carried into the next one's first step, and those left at the end of the run are
    /// never used.
    /// </summary>
    Published,
}

/// <summary>How the tokens of supervised records weigh.</summary>
public enum SftLossReduction
{
    /// <summary>Each label of a step weighs 1 / labels of the step, whatever record it stands in.</summary>
    Token,

    /// <summary>
    /// The mean over labels first, per unit of <see cref="LossReduction"/> (records: per record; else per micro-batch), then the mean of
    /// those.
    /// </summary>
    MeanOfMeans,
}
