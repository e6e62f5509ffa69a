using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// A matrix of the graph that is rounded: to the nearest values when it is written, unless <see cref="Set"/> was called before.
/// </summary>
internal sealed class RoundedMatrix
{
    private readonly bool _symmetric;
    private readonly Func<torch.Tensor> _values;
    private BlockQuantizer.Result? _held;

    /// <param name="projection">What it computes.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="symmetric">Whether blocks have no zero point of their own.</param>
    /// <param name="values">Makes the values, [N, K] float32.</param>
    public RoundedMatrix(Projection projection, int bits, bool symmetric, Func<torch.Tensor> values)
    {
        Projection = projection;
        Bits = bits;
        _symmetric = symmetric;
        _values = values;
        long blocks = BlockQuantizer.Blocks(projection.Width);
        string weight = $"{projection.Name}.MatMul.weight";
        List<TensorData> tensors =
        [
            TensorData.Of(
                $"{weight}_Q{bits}", DataType.Uint8, [projection.Outputs, blocks, BlockQuantizer.BlockBytes(bits)], () => Get().Values),
            TensorData.Of(
                $"{weight}_scales", DataType.Float, [projection.Outputs, blocks],
                () => Last(symmetric, torch.tensor(Get().Scales, new[] { projection.Outputs, blocks }))),
        ];
        if (!symmetric)
            tensors.Add(
                TensorData.Of(
                    $"{weight}_zero_points", DataType.Uint8, [projection.Outputs, BlockQuantizer.ZeroBytes(projection.Width, bits)],
                    () => Last(true, Get().Zeros!)));
        Tensors = tensors;
    }

    public Projection Projection { get; }

    public int Bits { get; }

    /// <summary>Values, scales and, where there are any, zero points; to be written in this order.</summary>
    public IReadOnlyList<TensorData> Tensors { get; }

    /// <summary>Rounds the matrix.</summary>
    /// <param name="gram">[K, K] of its inputs, for errors to be made up for; null: to the nearest values.</param>
    /// <param name="bits">4 or 8.</param>
    public BlockQuantizer.Result Round(torch.Tensor? gram, int bits)
    {
        using torch.Tensor matrix = _values();
        return gram is null
            ? BlockQuantizer.Quantize(matrix, bits, _symmetric)
            : CompensatedRounding.Quantize(matrix, gram, bits, _symmetric);
    }

    /// <summary>[K] sums of squares of the columns; a tensor of the current scope.</summary>
    public torch.Tensor SquaredColumns()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return _values().square().sum(0).MoveToOuterDisposeScope();
    }

    /// <summary>What is to be written.</summary>
    public void Set(BlockQuantizer.Result rounded) => _held = rounded;

    // The tensors come from one sweep over the matrix; the last one written lets go of it.
    private BlockQuantizer.Result Get() => _held ??= Round(null, Bits);

    private T Last<T>(bool last, T value)
    {
        if (last)
            _held = null;
        return value;
    }
}
