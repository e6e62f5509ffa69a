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
    /// <param name="gram">[K, K] of its inputs, to compensate errors; null: to the nearest values.</param>
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

/// <summary>Rounded matrices of the graph as weights of the model: without padding, stacked rows taken apart.</summary>
internal static class RestoredWeights
{
    /// <summary>Adds a rounded matrix's dequantized weights under the names of the model's weights; tensors of the current scope.</summary>
    public static void Put(
        Dictionary<string, torch.Tensor> weights, ExportContext context, RoundedMatrix matrix, BlockQuantizer.Result rounded, int bits)
    {
        Projection projection = matrix.Projection;
        torch.Tensor values = BlockQuantizer.Restore(rounded, projection.Width, bits);
        if (projection.InputNorm != null && context.InputScales.TryGetValue(projection.InputNorm, out torch.Tensor? scales))
            values = values / scales;
        if (projection.InputMap != null)
            values = values.index_select(1, Inverse(projection.InputMap, projection.Inputs));
        long at = 0;
        foreach (ProjectionRows rows in projection.Rows)
        {
            torch.Tensor part = values.narrow(0, at, rows.Outputs);
            at += rows.Outputs;
            if (rows.Map != null)
                part = part.index_select(0, Inverse(rows.Map, rows.Count));
            string name = $"{rows.Module}.weight";
            // A fused matrix comes in parts, each a product of its own in the graph.
            if (!weights.TryGetValue(name, out torch.Tensor? whole))
                weights.Add(name, whole = context.Model.Read(name).clone());
            whole.narrow(0, rows.First, rows.Count).copy_(part);
        }
    }

    /// <summary>For each of the model's channels its place in the graph.</summary>
    private static torch.Tensor Inverse(long[] map, long channels)
    {
        long[] places = new long[channels];
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] < channels)
                places[map[i]] = i;
        }

        return torch.tensor(places);
    }
}
