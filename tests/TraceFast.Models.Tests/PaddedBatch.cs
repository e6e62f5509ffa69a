using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Models.Tests;

/// <summary>A right-padded batch of the reference data, packed as one run with a root segment per row.</summary>
internal sealed class PaddedBatch : IDisposable
{
    private readonly List<int> _tokens = [];
    private readonly List<(int Row, int Column)> _places = [];
    private readonly long[] _labels;

    public PaddedBatch(Golden golden)
    {
        long[] shape = golden.Shape("input_ids");
        (Rows, Width) = ((int)shape[0], (int)shape[1]);
        long[] ids = golden.Longs("input_ids");
        long[] mask = golden.Longs("attention_mask");
        _labels = golden.Longs("labels");
        List<int> lengths = [];
        for (int row = 0; row < Rows; row++)
        {
            int before = _tokens.Count;
            for (int column = 0; column < Width && mask[(row * Width) + column] == 1; column++)
            {
                _tokens.Add((int)ids[(row * Width) + column]);
                _places.Add((row, column));
            }

            lengths.Add(_tokens.Count - before);
        }

        int[] starts = [.. lengths.Select((_, i) => lengths.Take(i).Sum())];
        Layout = new TreeLayout(starts, [.. lengths], [.. lengths.Select(_ => -1)], [.. lengths.Select(_ => 0)]);
        Tokens = torch.tensor(_tokens.Select(t => (long)t).ToArray());
    }

    public int Rows { get; }

    public int Width { get; }

    public TreeLayout Layout { get; }

    /// <summary>[N] int64.</summary>
    public torch.Tensor Tokens { get; }

    /// <summary>Run places of tokens that some place predicts: all but each row's first.</summary>
    private IEnumerable<int> PredictedPlaces => Enumerable.Range(0, _places.Count).Where(i => _places[i].Column > 0);

    /// <summary>[M] int64: the place before each predicted token.</summary>
    public torch.Tensor PredictRows => torch.tensor(PredictedPlaces.Select(i => (long)i - 1).ToArray());

    /// <summary>[M] int64: the predicted tokens.</summary>
    public torch.Tensor Targets => torch.tensor(PredictedPlaces.Select(i => (long)_tokens[i]).ToArray());

    /// <summary>[M]: 1 where the predicted token carries a label.</summary>
    public double[] Labelled => [.. PredictedPlaces.Select(i => _labels[(_places[i].Row * Width) + _places[i].Column] != -100 ? 1.0 : 0.0)];

    /// <summary>Row of the batch of each predicted token.</summary>
    public int[] RowOfPredicted => [.. PredictedPlaces.Select(i => _places[i].Row)];

    /// <summary>Picks a padded tensor's values [B, T, width] at the real tokens: [N, width].</summary>
    public double[] Unpad(double[] padded, int width) =>
        [.. _places.SelectMany(p => new ArraySegment<double>(padded, ((p.Row * Width) + p.Column) * width, width))];

    /// <summary>Picks [B, T] at the predicted tokens: [M].</summary>
    public double[] UnpadPredicted(double[] padded) =>
        [.. PredictedPlaces.Select(i => padded[(_places[i].Row * Width) + _places[i].Column])];

    /// <summary>Place in the run of a row's tokens.</summary>
    public (int Start, int Length) Row(int row) => (Layout.Start[row], Layout.Length[row]);

    /// <summary>-sum of labelled log-probs / number of labels, on the graph.</summary>
    public torch.Tensor MeanNll(torch.Tensor logps)
    {
        torch.Tensor labelled = torch.tensor(Labelled, dtype: logps.dtype);
        return (logps * labelled).sum() / -Labelled.Sum();
    }

    public void Dispose()
    {
        Tokens.Dispose();
        Layout.Dispose();
    }
}
