namespace TraceFast.Training.Steps;

/// <summary>Records that the Trainer would put through the model together.</summary>
/// <param name="Number">0-based count of micro-batches since the start of the run.</param>
/// <param name="Epoch">0-based epoch whose order it is taken from.</param>
/// <param name="Records">Places in the data set, in the sampler's order.</param>
public sealed record MicroBatch(int Number, int Epoch, IReadOnlyList<int> Records);

/// <summary>The micro-batches whose gradients add up to one update of the weights.</summary>
/// <param name="Number">0-based.</param>
/// <param name="EpochAfter">Epochs of data read once this step is done, as the Trainer logs it (2.5 = half of the third).</param>
/// <param name="MicroBatches">In order.</param>
public sealed record OptimizerStep(int Number, double EpochAfter, IReadOnlyList<MicroBatch> MicroBatches)
{
    /// <summary>Places in the data set of all records of the step, in order.</summary>
    public IReadOnlyList<int> Records => [.. MicroBatches.SelectMany(m => m.Records)];
}
