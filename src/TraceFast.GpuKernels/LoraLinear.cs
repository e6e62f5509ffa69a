using System.Numerics;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// The update of lora_linear added to the layer's output in one pass over it, rounded once:
///
///     y[n,o] &lt;- cast(y[n,o] + sum_r u[n,r] p[r,o])            u [N, r], p [r, O] = scaling B^T, accumulation dtype
///
/// Grid: x over columns, y over rows; a group takes <see cref="RowsPerGroup"/> rows and reads its columns of p once for them.
/// </summary>
public static class LoraLinear
{
    public const int Threads = 256;
    public const int RowsPerGroup = 4;

    public static void Expand<TStored, T, TElement>(
        ArrayView<TStored> y, ArrayView<T> u, ArrayView<T> p, int rows, int width, int rank)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        int column = Grid.GlobalIndex.X;
        if (column < width)
        {
            for (int row = Grid.IdxY * RowsPerGroup; row < rows; row += Grid.DimY * RowsPerGroup)
            {
                // Rows beyond the last repeat it, and are not written.
                long second = IntrinsicMath.Min(row + 1, rows - 1);
                long third = IntrinsicMath.Min(row + 2, rows - 1);
                long fourth = IntrinsicMath.Min(row + 3, rows - 1);
                T sum = T.Zero;
                T sum2 = T.Zero;
                T sum3 = T.Zero;
                T sum4 = T.Zero;
                for (int r = 0; r < rank; ++r)
                {
                    T w = p[(long)r * width + column];
                    sum += u[(long)row * rank + r] * w;
                    sum2 += u[second * rank + r] * w;
                    sum3 += u[third * rank + r] * w;
                    sum4 += u[fourth * rank + r] * w;
                }
                long at = (long)row * width + column;
                y[at] = TElement.Narrow(TElement.Widen(y[at]) + sum);
                if (row + 1 < rows)
                    y[at + width] = TElement.Narrow(TElement.Widen(y[at + width]) + sum2);
                if (row + 2 < rows)
                    y[at + 2L * width] = TElement.Narrow(TElement.Widen(y[at + 2L * width]) + sum3);
                if (row + 3 < rows)
                    y[at + 3L * width] = TElement.Narrow(TElement.Widen(y[at + 3L * width]) + sum4);
            }
        }
    }
}
