using System.Numerics;

namespace TraceFast.Training.Steps;

/// <summary>Records of one micro-batch of the Trainer.</summary>
/// <param name="Number">0-based count of micro-batches since the start of the run.</param>
/// <param name="Epoch">0-based epoch whose order it is taken from.</param>
/// <param name="Records">Places in the data set, in the sampler's order.</param>
/// <param name="Place">0-based count of micro-batches since the start of its epoch, by which ranks take turns.</param>
public sealed record MicroBatch(int Number, int Epoch, IReadOnlyList<int> Records, int Place = 0);

/// <summary>The micro-batches whose gradients add up to one update of the weights.</summary>
/// <param name="Number">0-based.</param>
/// <param name="EpochAfter">Epochs of data read once this step is done, as the Trainer logs it (2.5 = half of the third).</param>
public sealed record OptimizerStep(int Number, double EpochAfter, IReadOnlyList<MicroBatch> MicroBatches)
{
    /// <summary>Places in the data set of all records of the step, in order.</summary>
    public IReadOnlyList<int> Records => [.. MicroBatches.SelectMany(m => m.Records)];
}

/// <summary>What the number of optimizer steps depends on.</summary>
/// <param name="RecordCount">Records of the training set, at least 1.</param>
/// <param name="MicroBatchSize"><c>per_device_train_batch_size</c>.</param>
/// <param name="Accumulation"><c>gradient_accumulation_steps</c> times the number of ranks.</param>
/// <param name="Epochs"><c>num_train_epochs</c>; may be a fraction.</param>
/// <param name="MaxSteps"><c>max_steps</c>; positive overrides the epochs.</param>
/// <param name="DropLast"><c>dataloader_drop_last</c>: leave out a micro-batch that is not full.</param>
/// <param name="Rule">Published carries left-over micro-batches into the next epoch; the others end every epoch with a (short)
/// step.</param>
public sealed record StepPlanOptions(
    int RecordCount, int MicroBatchSize, int Accumulation, double Epochs, int MaxSteps, bool DropLast, LossReduction Rule);

/// <summary>
/// Which records each optimizer step of a run reads. Without carrying (transformers 4.46 and later) an epoch of m micro-batches
/// has ceil(m / accumulation) steps, the last of which may be short. With carrying (transformers 4.43, the published trainer) it
/// counts as max(1, floor(m / accumulation)) steps, a step is taken whenever the number of micro-batches since the start of the
/// run divides by the accumulation, and also at the end of an epoch that has no more micro-batches than that.
/// The run has ceil(epochs * steps per epoch) steps, or max_steps.
/// </summary>
public sealed class StepPlan
{
    private readonly StepPlanOptions _options;
    private readonly Func<int, IReadOnlyList<int>> _orderOfEpoch;
    private readonly bool _carries;
    private (int Epoch, IReadOnlyList<int> Order)? _known;

    /// <param name="orderOfEpoch">The sampler's order of the records in a 0-based epoch; asked for again when a step of another epoch
    /// is.</param>
    /// <exception cref="InputException">No step would be taken.</exception>
    public StepPlan(StepPlanOptions options, Func<int, IReadOnlyList<int>> orderOfEpoch)
    {
        (_options, _orderOfEpoch) = (options, orderOfEpoch);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MicroBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Accumulation, 1);
        MicroBatchesPerEpoch = options.DropLast
            ? options.RecordCount / options.MicroBatchSize
            : (options.RecordCount + options.MicroBatchSize - 1) / options.MicroBatchSize;
        if (MicroBatchesPerEpoch == 0)
            throw new InputException(
                options.RecordCount == 0
                    ? "the training set holds no record; expected at least one (check dataset, "
                        + "max_samples, val_size and what overflow: drop left out)"
                    : $"{options.RecordCount} records do not fill a micro-batch of {options.MicroBatchSize} and dataloader_drop_last "
                        + "leaves it out; lower per_device_train_batch_size");
        _carries = options.Rule == LossReduction.Published;
        StepsPerEpoch = _carries
            ? Math.Max(1, MicroBatchesPerEpoch / options.Accumulation)
            : (MicroBatchesPerEpoch + options.Accumulation - 1) / options.Accumulation;
        double steps = options.MaxSteps > 0 ? options.MaxSteps : Math.Ceiling(options.Epochs * StepsPerEpoch);
        if (!(steps >= 1))
            throw new InputException(
                $"num_train_epochs is {options.Epochs} and max_steps {options.MaxSteps}: no optimizer step would be taken; "
                    + "raise one of them");
        if (steps > int.MaxValue / ((double)options.Accumulation + MicroBatchesPerEpoch))
            throw new InputException(
                $"num_train_epochs {options.Epochs} (or max_steps {options.MaxSteps}) asks for {steps:0} optimizer steps, more than can "
                    + "be counted; lower it");
        TotalSteps = (int)steps;
    }

    /// <summary>Micro-batches that the sampler gives in one epoch.</summary>
    public int MicroBatchesPerEpoch { get; }

    /// <summary>Optimizer steps that an epoch counts for.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Optimizer steps of the run, what the schedule's end refers to.</summary>
    public int TotalSteps { get; }

    /// <summary>The micro-batches of one optimizer step.</summary>
    /// <param name="number">0-based, below <see cref="TotalSteps"/>.</param>
    public OptimizerStep Step(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, TotalSteps);
        (int first, int end) = Range(number);
        MicroBatch[] microBatches = new MicroBatch[end - first];
        for (int m = first; m < end; m++)
            microBatches[m - first] = Read(m);
        return new OptimizerStep(number, (double)end / MicroBatchesPerEpoch, microBatches);
    }

    /// <summary>The places of the records that the steps read; null where these are all.</summary>
    public IReadOnlySet<int>? RecordsRead(int recordCount)
    {
        HashSet<int> read = [];
        for (int step = 0; step < TotalSteps && read.Count < recordCount; step++)
            read.UnionWith(Step(step).Records);
        return read.Count == recordCount ? null : read;
    }

    /// <summary>First micro-batch of a step and the one after its last, counted since the start of the run.</summary>
    private (int First, int End) Range(int step)
    {
        if (_carries)
            return (CarriedEnd(step - 1), CarriedEnd(step));
        (int epoch, int inEpoch) = Math.DivRem(step, StepsPerEpoch);
        int start = epoch * MicroBatchesPerEpoch;
        return (start + inEpoch * _options.Accumulation, start + Math.Min((inEpoch + 1) * _options.Accumulation, MicroBatchesPerEpoch));
    }

    /// <summary>
    /// Micro-batches read when a step is taken, by the rule of transformers 4.43's training loop: the smallest r at which
    /// floor(r / a) + floor(r / m) - floor(r / lcm(a, m)) steps have been taken, a the accumulation, m the micro-batches of an epoch;
    /// only multiples of a count where an epoch has more than a.
    /// </summary>
    private int CarriedEnd(int step)
    {
        (long a, long m) = (_options.Accumulation, MicroBatchesPerEpoch);
        if (m > a)
            return (int)((step + 1) * a);
        long both = a / (long)BigInteger.GreatestCommonDivisor(a, m) * m;
        (long low, long high) = (0, (step + 1) * m);
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (middle / a + middle / m - middle / both > step)
                high = middle;
            else
                low = middle + 1;
        }
        return (int)low;
    }

    private MicroBatch Read(int number)
    {
        (int epoch, int inEpoch) = Math.DivRem(number, MicroBatchesPerEpoch);
        if (_known?.Epoch != epoch)
        {
            IReadOnlyList<int> order = _orderOfEpoch(epoch);
            if (order.Count != _options.RecordCount)
                throw new InvalidOperationException(
                    $"the order of epoch {epoch} names {order.Count} records; expected {_options.RecordCount}");
            _known = (epoch, order);
        }
        int first = inEpoch * _options.MicroBatchSize;
        int count = Math.Min(_options.MicroBatchSize, _options.RecordCount - first);
        int[] records = new int[count];
        for (int i = 0; i < count; i++)
            records[i] = _known!.Value.Order[first + i];
        return new MicroBatch(number, epoch, records, inEpoch);
    }
}
