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
    /// <summary>Each label of a step weighs 1 / labels of the step, whatever its record.</summary>
    Token,

    /// <summary>
    /// The mean over labels first, per unit of <see cref="LossReduction"/> (records: per record; else per micro-batch), then the mean of
    /// those.
    /// </summary>
    MeanOfMeans,
}

/// <summary>
/// The coefficient of each record's loss in the loss of its optimizer step, L = sum over records of coefficient * loss(record):
/// <code>
///   preference   records      1 / n                          n records in the step
///                microbatch   1 / (b g)                      b records in the micro-batch, g micro-batches in the step
///                published    1 / (b a)                      a = gradient_accumulation_steps
///   sft          token        1 / T                          T labels in the step; loss(record) is summed over its labels
///                mean of means: records 1 / (t n), microbatch 1 / (tb g), published 1 / (tb a)
///                                                            t labels in the record, tb labels in the micro-batch
/// </code>
/// Source: transformers Trainer.training_step and compute_loss (4.43 and 4.57), TRL DPOTrainer (mean over the pairs of a micro-batch).
/// </summary>
public static class LossCoefficients
{
    /// <summary>Coefficients for preference objectives.</summary>
    /// <returns>One coefficient per record, in the step's order.</returns>
    public static double[] Preference(IReadOnlyList<int> microBatchSizes, LossReduction rule, int accumulation)
    {
        int records = microBatchSizes.Sum();
        int groups = microBatchSizes.Count;
        return [.. microBatchSizes.SelectMany(size => Enumerable.Repeat(1 / Denominator(size), size))];

        double Denominator(int size) => rule switch
        {
            LossReduction.Records => records,
            LossReduction.Microbatch => (double)size * groups,
            LossReduction.Published => (double)size * accumulation,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "unknown loss reduction"),
        };
    }

    /// <summary>Coefficients for supervised fine-tuning, whose record loss is the sum over its labels.</summary>
    /// <param name="labelCounts">For each micro-batch of the step, the labels of each of its records.</param>
    /// <param name="tokens">Whether tokens or means are averaged.</param>
    /// <param name="rule">What a mean is taken over.</param>
    /// <returns>One coefficient per record, in the step's order; 0 for a record without labels.</returns>
    public static double[] Sft(IReadOnlyList<IReadOnlyList<int>> labelCounts, SftLossReduction tokens, LossReduction rule, int accumulation)
    {
        long all = labelCounts.Sum(m => m.Sum(t => (long)t));
        int records = labelCounts.Sum(m => m.Count);
        List<double> coefficients = new(records);
        foreach (IReadOnlyList<int> microBatch in labelCounts)
        {
            long inMicroBatch = microBatch.Sum(t => (long)t);
            foreach (int labels in microBatch)
                coefficients.Add(labels == 0 ? 0 : 1 / Denominator(labels, inMicroBatch));
        }
        return [.. coefficients];

        double Denominator(int labels, long inMicroBatch) => (tokens, rule) switch
        {
            (SftLossReduction.Token, _) => all,
            (_, LossReduction.Records) => (double)labels * records,
            (_, LossReduction.Microbatch) => (double)inMicroBatch * labelCounts.Count,
            (_, LossReduction.Published) => (double)inMicroBatch * accumulation,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "unknown loss reduction"),
        };
    }
}
