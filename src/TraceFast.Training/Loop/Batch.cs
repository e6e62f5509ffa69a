using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;
using TraceFast.Training.Packing;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>The R records of a step, in order, and the values of each.</summary>
internal sealed class Batch
{
    private readonly Range[] _microBatches;

    public Batch(OptimizerStep step, IReadOnlyList<EncodedRecord> records, IReadOnlyList<SequenceRole> roles)
    {
        (Positions, Records) = ([.. step.Records], records);
        (Indices, Labels, Verified) = (new int[records.Count], new int[records.Count][], new bool[records.Count][]);
        Advantages = new double[records.Count];
        for (int i = 0; i < records.Count; i++)
        {
            EncodedRecord record = records[i];
            (Indices[i], Labels[i]) = (record.Index, [.. roles.Select(role => RecordSequences.LabelCount(record, role))]);
            Advantages[i] = RecordSequences.AdvantageOf(record);
            Verified[i] = [.. roles.Select(role => RecordSequences.IsVerified(record, role))];
        }
        MicroBatchSizes = [.. step.MicroBatches.Select(m => m.Records.Count)];
        Numbers = [.. step.MicroBatches.Select(m => m.Number)];
        (Sequences, Values) = (new SequenceLogProb[Positions.Length][], new ObjectiveValue[Positions.Length]);
        _microBatches = new Range[MicroBatchSizes.Length];
        for (int m = 0, first = 0; m < MicroBatchSizes.Length; first += MicroBatchSizes[m++])
            _microBatches[m] = first..(first + MicroBatchSizes[m]);
    }

    /// <summary>[R] place of each record in the data set.</summary>
    public int[] Positions { get; }

    /// <summary>[R]; may be read from a file each time.</summary>
    public IReadOnlyList<EncodedRecord> Records { get; }

    /// <summary>[R] their <see cref="EncodedRecord.Index"/>.</summary>
    public int[] Indices { get; }

    /// <summary>[R][roles] labels of their sequences.</summary>
    public int[][] Labels { get; }

    /// <summary>[R][roles] whether their responses obey their instructions.</summary>
    public bool[][] Verified { get; }

    /// <summary>[R] of sampled answers; 0 of other records.</summary>
    public double[] Advantages { get; }

    public int[] MicroBatchSizes { get; }

    /// <summary>The number of each micro-batch in the run.</summary>
    public int[] Numbers { get; }

    /// <summary>[R] weight of each record's loss.</summary>
    public double[] Coefficients { get; set; } = [];

    /// <summary>[R][roles]; null for records of other ranks until these are shared.</summary>
    public SequenceLogProb[][] Sequences { get; }

    /// <summary>[R].</summary>
    public ObjectiveValue[] Values { get; }

    /// <summary>Tokens that the model read.</summary>
    public long Tokens { get; set; }

    /// <summary>Sums that are still on the device: of which pack, the places of its records.</summary>
    public List<(Pack Pack, ReadOnlyMemory<int> Places, torch.Tensor Sums)> Unread { get; } = [];

    /// <summary>The records of each micro-batch.</summary>
    public IReadOnlyList<Range> MicroBatches() => _microBatches;

    /// <summary>The records of one micro-batch.</summary>
    public IEnumerable<int> PlacesOf(int microBatch) =>
        Enumerable.Range(_microBatches[microBatch].Start.Value, MicroBatchSizes[microBatch]);

    /// <summary>The records of the micro-batch that a record belongs to.</summary>
    public Range MicroBatchOf(int place) => Array.Find(_microBatches, m => place < m.End.Value);
}
