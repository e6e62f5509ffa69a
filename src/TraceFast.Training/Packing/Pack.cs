using TraceFast.Kernels.TreeAttention;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Packing;

/// <summary>A sequence of a pack: its record, its role and its number of labels.</summary>
/// <param name="Place">0-based place of its record in the list that was packed.</param>
/// <param name="Index">The record's <see cref="EncodedRecord.Index"/>.</param>
/// <param name="Role">Which sequence of the record it is.</param>
/// <param name="LabelCount">Tokens whose log-probabilities make up the sequence's sum.</param>
public readonly record struct PackSequence(int Place, int Index, SequenceRole Role, int LabelCount);

/// <summary>
/// One packed sequence of N tokens that holds whole records as trees, and the M labels whose log-probabilities are wanted:
/// label m is token <c>Target[m]</c>, predicted by row <c>PredictRow[m]</c> of the hidden states [N, H], and adds to
/// sequence <c>Sequence[m]</c>. A row may predict several labels: the last prompt token predicts the first token of each response.
/// Labels of one sequence are adjacent, in text order, and sequences follow <see cref="Sequences"/>.
/// Dispose it when its step is done.
/// </summary>
public sealed class Pack : IDisposable
{
    internal Pack(
        int[] tokens, TreeLayout layout, int[] predictRow, int[] target, int[] sequence, PackSequence[] sequences, int firstPlace,
        int recordCount)
    {
        (Tokens, Layout, PredictRow, Target, Sequence, Sequences) = (tokens, layout, predictRow, target, sequence, sequences);
        (FirstPosition, RecordCount) = (firstPlace, recordCount);
    }

    /// <summary>[N] token ids.</summary>
    public int[] Tokens { get; }

    /// <summary>How the N tokens form trees.</summary>
    public TreeLayout Layout { get; }

    /// <summary>[M] row of the hidden states that predicts each label.</summary>
    public int[] PredictRow { get; }

    /// <summary>[M] token id of each label.</summary>
    public int[] Target { get; }

    /// <summary>[M] place in <see cref="Sequences"/> of the sequence that each label belongs to.</summary>
    public int[] Sequence { get; }

    /// <summary>The sequences: records in order, the roles of a record in the order asked for.</summary>
    public IReadOnlyList<PackSequence> Sequences { get; }

    public int SequenceCount => Sequences.Count;

    /// <summary>Place, in the list that was packed, of this pack's first record; its records are consecutive.</summary>
    public int FirstPosition { get; }

    /// <summary>Whole records in this pack.</summary>
    public int RecordCount { get; }

    /// <summary>Frees what kernels derived from the layout.</summary>
    public void Dispose() => Layout.Dispose();
}
