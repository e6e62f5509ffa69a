namespace TraceFast.Training.Steps;

/// <summary>
/// How the answers that a step samples are dealt: every prompt <c>num_generations</c> times in a row, cut into micro-batches of
/// <c>per_device_train_batch_size</c> answers. A group of answers may lie in two micro-batches.
/// Source: TRL, RepeatSampler and GRPOConfig.generation_batch_size. There the last prompts of an epoch are left out that do not fill a
/// step; here that is <c>dataloader_drop_last: true</c>, and a short step without it.
/// </summary>
public sealed class AnswerPlan
{
    private readonly int _microBatchSize, _accumulation, _generations;

    /// <param name="microBatchSize"><c>per_device_train_batch_size</c>, in answers.</param>
    /// <param name="accumulation"><c>gradient_accumulation_steps</c> times the number of ranks.</param>
    /// <param name="generations"><c>num_generations</c>, answers of a prompt.</param>
    /// <exception cref="InputException">The answers of a step are no multiple of those of a prompt.</exception>
    public AnswerPlan(int microBatchSize, int accumulation, int generations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(accumulation, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(generations, 2);
        (_microBatchSize, _accumulation, _generations) = (microBatchSize, accumulation, generations);
        long answers = (long)microBatchSize * accumulation;
        if (answers % generations != 0)
            throw new InputException(
                $"num_generations is {generations}, and a step has {answers} answers (per_device_train_batch_size {microBatchSize} x "
                    + $"gradient_accumulation_steps and ranks {accumulation}); expected a multiple of num_generations, since each prompt "
                    + "has so many answers; change one of these keys");
        if (answers > int.MaxValue / 2)
            throw new InputException($"a step has {answers} answers, more than can be counted; lower gradient_accumulation_steps");
        Prompts = (int)(answers / generations);
    }

    /// <summary>Prompts of a whole step.</summary>
    public int Prompts { get; }

    /// <summary>The micro-batches of a step's answers; answer i belongs to the step's prompt i / num_generations.</summary>
    /// <param name="prompts">The step by its prompts: at most <see cref="Prompts"/>.</param>
    public OptimizerStep Answers(OptimizerStep prompts)
    {
        int answers = prompts.Records.Count * _generations;
        MicroBatch[] microBatches = new MicroBatch[(answers + _microBatchSize - 1) / _microBatchSize];
        for (int m = 0; m < microBatches.Length; m++)
        {
            int first = m * _microBatchSize;
            microBatches[m] = new MicroBatch(
                (prompts.Number * _accumulation) + m, prompts.MicroBatches[0].Epoch,
                [.. Enumerable.Range(first, Math.Min(_microBatchSize, answers - first))], m);
        }
        return prompts with { MicroBatches = microBatches };
    }
}
