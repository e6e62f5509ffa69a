using System.Numerics;
using System.Runtime.InteropServices;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// GPTQ (arXiv 2210.17323): rounds the columns of W one after the other and moves each column's error onto the columns that are not
/// rounded yet, so that |(W - W') X|^2 over the calibration inputs X stays small. With H = X X^T + damping and H^-1 = U^T U, U upper:
///   w'_j = round(w_j),   e = (w_j - w'_j) / U_jj,   w_k -= e U_jk for k > j
/// Columns with large H_jj come first (the paper's act-order); the block ranges are fixed before, from W itself, so that the file's
/// layout stays that of <see cref="BlockQuantizer"/>.
/// </summary>
internal static class CompensatedRounding
{
    /// <summary>Of the mean of H's diagonal: the paper's.</summary>
    private const double Damping = 0.01;

    /// <summary>Rows that share a sweep over U, which may be larger than a processor's cache.</summary>
    private const int RowsTogether = 16;

    /// <param name="gram">[K, K] float32: X X^T.</param>
    public static BlockQuantizer.Result Quantize(torch.Tensor matrix, torch.Tensor gram, int bits, bool symmetric)
    {
        (long rows, int width) = (matrix.shape[0], (int)matrix.shape[1]);
        int[] order = Order(gram);
        float[] upper = Factor(gram, order);
        BlockQuantizer.Result result = BlockQuantizer.Result.Empty(rows, width, bits, symmetric);
        Parallel.For(0, (int)((rows + RowsTogether - 1) / RowsTogether), group =>
        {
            long first = (long)group * RowsTogether;
            int count = (int)Math.Min(RowsTogether, rows - first);
            float[] weights = Rows(matrix, first, count);
            RoundRows(weights, first, count, width, order, upper, bits, symmetric, result);
        });
        return result;
    }

    private static void RoundRows(
        float[] weights, long first, int count, int width, int[] order, float[] upper, int bits, bool symmetric,
        BlockQuantizer.Result result)
    {
        int blocks = (int)BlockQuantizer.Blocks(width);
        (float Scale, int Zero)[] ranges = new (float Scale, int Zero)[count * blocks];
        float[] ordered = new float[count * width];
        Span<float> block = stackalloc float[BlockQuantizer.BlockSize];
        for (int r = 0; r < count; r++)
        {
            ReadOnlySpan<float> row = weights.AsSpan(r * width, width);
            for (int b = 0; b < blocks; b++)
            {
                block.Clear();
                row[(b * BlockQuantizer.BlockSize)..Math.Min(width, (b + 1) * BlockQuantizer.BlockSize)].CopyTo(block);
                (float scale, int zero) = ranges[r * blocks + b] = BlockRange.Fit(block, bits, symmetric);
                result.SetRange(first + r, width, b, scale, zero, bits);
                // Zero past the row's end.
                for (int i = width - b * BlockQuantizer.BlockSize; i < BlockQuantizer.BlockSize; i++)
                    result.SetValue(first + r, width, b * BlockQuantizer.BlockSize + i, zero, bits);
            }

            for (int j = 0; j < width; j++)
                ordered[r * width + j] = row[order[j]];
        }

        int most = (1 << bits) - 1;
        for (int j = 0; j < width; j++)
        {
            ReadOnlySpan<float> factors = upper.AsSpan(j * width + j, width - j);
            for (int r = 0; r < count; r++)
            {
                Span<float> rest = ordered.AsSpan(r * width + j, width - j);
                (float scale, int zero) = ranges[r * blocks + order[j] / BlockQuantizer.BlockSize];
                int q = Math.Clamp((scale != 0 ? (int)MathF.Round(rest[0] / scale) : 0) + zero, 0, most);
                result.SetValue(first + r, width, order[j], q, bits);
                Subtract(rest, factors, (rest[0] - scale * (q - zero)) / factors[0]);
            }
        }
    }

    /// <summary>row -= error * factors.</summary>
    private static void Subtract(Span<float> row, ReadOnlySpan<float> factors, float error)
    {
        Vector<float> e = new(error);
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(row);
        ReadOnlySpan<Vector<float>> by = MemoryMarshal.Cast<float, Vector<float>>(factors);
        for (int i = 0; i < wide.Length; i++)
            wide[i] -= e * by[i];
        for (int i = wide.Length * Vector<float>.Count; i < row.Length; i++)
            row[i] -= error * factors[i];
    }

    private static float[] Rows(torch.Tensor matrix, long first, int count)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(matrix.narrow(0, first, count).contiguous().bytes).ToArray();
    }

    private static int[] Order(torch.Tensor gram)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        float[] diagonal = gram.diagonal().contiguous().data<float>().ToArray();
        // A stable sort: equal inputs keep their order, so that an export has the same bytes each time.
        return [.. Enumerable.Range(0, diagonal.Length).OrderByDescending(i => diagonal[i])];
    }

    /// <summary>U of the damped and reordered Gram matrix, [K, K] row-major.</summary>
    private static float[] Factor(torch.Tensor gram, int[] order)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor index = torch.tensor(Array.ConvertAll(order, i => (long)i));
        torch.Tensor h = gram.to(torch.ScalarType.Float64).index_select(0, index).index_select(1, index);
        double mean = h.diagonal().mean().item<double>();
        // Nothing ever enters: any rounding is as good as another.
        if (mean == 0)
            mean = 1;
        torch.Tensor damped = h + torch.eye(order.Length, dtype: torch.ScalarType.Float64) * (mean * Damping);
        torch.Tensor inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped));
        return torch.linalg.cholesky(inverse).t().to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
