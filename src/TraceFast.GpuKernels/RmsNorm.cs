using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// rms_norm with the residual addition before it. A group for each row; rows of x and of the residual may have strides, all others are
/// dense.
///
///     Forward:         sum = x + residual;  r = rsqrt(mean(sum^2) + eps);  y = style(w, sum * r)
///     Backward:        g = dy * w;  dx = r * g - sum * r^3 * mean(g * sum)  [+ dsum, the gradient that reaches the sum from elsewhere]
///     WeightGradient:  dw[h] = sum_n dy[n,h] * sum[n,h] * r[n], by chunks of rows; then SumChunks adds the chunks in their order
///
/// The plain kernels take any width. Those of vectors take widths, strides and addresses of whole vectors of 16 bytes.
/// </summary>
public static class RmsNorm
{
    public const int Threads = 256;

    /// <summary>w * cast(xhat), cast(xhat * (1 + w)), cast(w * xhat): as RmsNormStyle numbers them.</summary>
    private const int Llama = 0, Gemma = 1;

    public static void Forward<TStored, T, TElement>(
        ArrayView<TStored> x, ArrayView<TStored> residual, ArrayView<T> weight, ArrayView<TStored> sum, ArrayView<TStored> y,
        ArrayView<T> rstd, int rows, int width, long xStride, long residualStride, T eps, int style, int add)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        ArrayView<T> slots = SharedMemory.Allocate<T>(Reduction.Warps);
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long from = row * xStride;
            long to = (long)row * width;
            T squares = T.Zero;
            for (int h = Group.IdxX; h < width; h += Group.DimX)
            {
                T value = TElement.Widen(x[from + h]);
                if (add != 0)
                {
                    TStored rounded = TElement.Narrow(value + TElement.Widen(residual[row * residualStride + h]));
                    sum[to + h] = rounded;
                    value = TElement.Widen(rounded);
                }
                squares += value * value;
            }
            T r = T.One / TElement.Sqrt(Reduction.GroupSum(squares, slots) / TElement.From(width) + eps);
            if (Group.IdxX == 0)
                rstd[row] = r;
            for (int h = Group.IdxX; h < width; h += Group.DimX)
            {
                T value = TElement.Widen(add != 0 ? sum[to + h] : x[from + h]) * r;
                if (style == Llama)
                    value = TElement.Widen(TElement.Narrow(value));
                T w = weight[h];
                if (style == Gemma)
                    w += T.One;
                y[to + h] = TElement.Narrow(w * value);
            }
        }
    }

    public static void Backward<TStored, T, TElement>(
        ArrayView<TStored> x, ArrayView<T> weight, ArrayView<T> rstd, ArrayView<TStored> dy, ArrayView<TStored> dsum, ArrayView<TStored> dx,
        int rows, int width, long xStride, int style, int add)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        ArrayView<T> slots = SharedMemory.Allocate<T>(Reduction.Warps);
        T one = style == Gemma ? T.One : T.Zero;
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long from = row * xStride;
            long to = (long)row * width;
            T r = rstd[row];
            T dot = T.Zero;
            for (int h = Group.IdxX; h < width; h += Group.DimX)
                dot += TElement.Widen(dy[to + h]) * (one + weight[h]) * TElement.Widen(x[from + h]);
            T back = Reduction.GroupSum(dot, slots) * r * r * r / TElement.From(width);
            for (int h = Group.IdxX; h < width; h += Group.DimX)
            {
                T slope = r * (TElement.Widen(dy[to + h]) * (one + weight[h])) - back * TElement.Widen(x[from + h]);
                if (add != 0)
                    slope += TElement.Widen(dsum[to + h]);
                dx[to + h] = TElement.Narrow(slope);
            }
        }
    }

    /// <summary>Grid: x over columns, y over chunks of rows. partial [chunks, width].</summary>
    public static void WeightGradient<TStored, T, TElement>(
        ArrayView<TStored> x, ArrayView<T> rstd, ArrayView<TStored> dy, ArrayView<T> partial, int rows, int width, long xStride,
        int rowsPerChunk)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        int column = Grid.GlobalIndex.X;
        int chunk = Grid.IdxY;
        if (column < width)
        {
            T sum = T.Zero;
            int end = IntrinsicMath.Min(rows, (chunk + 1) * rowsPerChunk);
            for (int row = chunk * rowsPerChunk; row < end; ++row)
                sum += TElement.Widen(dy[(long)row * width + column]) * (TElement.Widen(x[row * xStride + column]) * rstd[row]);
            partial[(long)chunk * width + column] = sum;
        }
    }

    /// <summary>result[h] = sum of partial[chunk, h], chunk after chunk.</summary>
    public static void SumChunks<T>(ArrayView<T> partial, ArrayView<T> result, int chunks, int width)
        where T : unmanaged, INumber<T>
    {
        int column = Grid.GlobalIndex.X;
        if (column < width)
        {
            T sum = T.Zero;
            for (int chunk = 0; chunk < chunks; ++chunk)
                sum += partial[(long)chunk * width + column];
            result[column] = sum;
        }
    }

    public static void ForwardVectors<TStored, TWord>(
        ArrayView<TStored> x, ArrayView<TStored> residual, ArrayView<float> weight, ArrayView<TStored> sum, ArrayView<TStored> y,
        ArrayView<float> rstd, int rows, int width, long xStride, long residualStride, float eps, int style, int add)
        where TStored : unmanaged
        where TWord : struct, IWord
    {
        ArrayView<float> slots = SharedMemory.Allocate<float>(Reduction.Warps);
        int perVector = 4 * TWord.PerWord;
        int count = width / perVector;
        ArrayView<Vector16> xs = x.Cast<Vector16>();
        ArrayView<Vector16> residuals = residual.Cast<Vector16>();
        ArrayView<Vector16> weights = weight.Cast<Vector16>();
        ArrayView<Vector16> sums = sum.Cast<Vector16>();
        ArrayView<Vector16> ys = y.Cast<Vector16>();
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long from = row * xStride / perVector;
            long other = row * residualStride / perVector;
            long to = (long)row * count;
            float squares = 0f;
            for (int i = Group.IdxX; i < count; i += Group.DimX)
            {
                Vector16 v = xs[from + i];
                if (add != 0)
                {
                    v = Add<TWord>(v, residuals[other + i]);
                    sums[to + i] = v;
                }
                squares += Squares<TWord>(v);
            }
            float r = 1f / XMath.Sqrt(Reduction.GroupSum(squares, slots) / width + eps);
            if (Group.IdxX == 0)
                rstd[row] = r;
            for (int i = Group.IdxX; i < count; i += Group.DimX)
            {
                Vector16 v = add != 0 ? sums[to + i] : xs[from + i];
                Vector16 y16 = default;
                if (TWord.PerWord == 2)
                {
                    Vector16 w = weights[2 * i];
                    Vector16 w2 = weights[2 * i + 1];
                    y16.A = Normalize<TWord>(v.A, w.A, w.B, r, style);
                    y16.B = Normalize<TWord>(v.B, w.C, w.D, r, style);
                    y16.C = Normalize<TWord>(v.C, w2.A, w2.B, r, style);
                    y16.D = Normalize<TWord>(v.D, w2.C, w2.D, r, style);
                }
                else
                {
                    Vector16 w = weights[i];
                    y16.A = Normalize<TWord>(v.A, w.A, w.A, r, style);
                    y16.B = Normalize<TWord>(v.B, w.B, w.B, r, style);
                    y16.C = Normalize<TWord>(v.C, w.C, w.C, r, style);
                    y16.D = Normalize<TWord>(v.D, w.D, w.D, r, style);
                }
                ys[to + i] = y16;
            }
        }
    }

    public static void BackwardVectors<TStored, TWord>(
        ArrayView<TStored> x, ArrayView<float> weight, ArrayView<float> rstd, ArrayView<TStored> dy, ArrayView<TStored> dsum,
        ArrayView<TStored> dx, int rows, int width, long xStride, int style, int add)
        where TStored : unmanaged
        where TWord : struct, IWord
    {
        ArrayView<float> slots = SharedMemory.Allocate<float>(Reduction.Warps);
        float one = style == Gemma ? 1f : 0f;
        int perVector = 4 * TWord.PerWord;
        int count = width / perVector;
        ArrayView<Vector16> xs = x.Cast<Vector16>();
        ArrayView<Vector16> weights = weight.Cast<Vector16>();
        ArrayView<Vector16> dys = dy.Cast<Vector16>();
        ArrayView<Vector16> dsums = dsum.Cast<Vector16>();
        ArrayView<Vector16> dxs = dx.Cast<Vector16>();
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long from = row * xStride / perVector;
            long to = (long)row * count;
            float r = rstd[row];
            float dot = 0f;
            for (int i = Group.IdxX; i < count; i += Group.DimX)
            {
                Vector16 g = dys[to + i];
                Vector16 v = xs[from + i];
                if (TWord.PerWord == 2)
                {
                    Vector16 w = weights[2 * i];
                    Vector16 w2 = weights[2 * i + 1];
                    dot += Dot<TWord>(g.A, v.A, w.A, w.B, one) + Dot<TWord>(g.B, v.B, w.C, w.D, one)
                        + Dot<TWord>(g.C, v.C, w2.A, w2.B, one) + Dot<TWord>(g.D, v.D, w2.C, w2.D, one);
                }
                else
                {
                    Vector16 w = weights[i];
                    dot += Dot<TWord>(g.A, v.A, w.A, w.A, one) + Dot<TWord>(g.B, v.B, w.B, w.B, one)
                        + Dot<TWord>(g.C, v.C, w.C, w.C, one) + Dot<TWord>(g.D, v.D, w.D, w.D, one);
                }
            }
            float back = Reduction.GroupSum(dot, slots) * r * r * r / width;
            for (int i = Group.IdxX; i < count; i += Group.DimX)
            {
                Vector16 g = dys[to + i];
                Vector16 v = xs[from + i];
                Vector16 more = default;
                if (add != 0)
                    more = dsums[to + i];
                Vector16 d = default;
                if (TWord.PerWord == 2)
                {
                    Vector16 w = weights[2 * i];
                    Vector16 w2 = weights[2 * i + 1];
                    d.A = Slope<TWord>(g.A, v.A, more.A, w.A, w.B, one, r, back);
                    d.B = Slope<TWord>(g.B, v.B, more.B, w.C, w.D, one, r, back);
                    d.C = Slope<TWord>(g.C, v.C, more.C, w2.A, w2.B, one, r, back);
                    d.D = Slope<TWord>(g.D, v.D, more.D, w2.C, w2.D, one, r, back);
                }
                else
                {
                    Vector16 w = weights[i];
                    d.A = Slope<TWord>(g.A, v.A, more.A, w.A, w.A, one, r, back);
                    d.B = Slope<TWord>(g.B, v.B, more.B, w.B, w.B, one, r, back);
                    d.C = Slope<TWord>(g.C, v.C, more.C, w.C, w.C, one, r, back);
                    d.D = Slope<TWord>(g.D, v.D, more.D, w.D, w.D, one, r, back);
                }
                dxs[to + i] = d;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector16 Add<TWord>(Vector16 x, Vector16 y)
        where TWord : struct, IWord
    {
        Vector16 z = default;
        z.A = TWord.Pack(TWord.Low(x.A) + TWord.Low(y.A), TWord.High(x.A) + TWord.High(y.A));
        z.B = TWord.Pack(TWord.Low(x.B) + TWord.Low(y.B), TWord.High(x.B) + TWord.High(y.B));
        z.C = TWord.Pack(TWord.Low(x.C) + TWord.Low(y.C), TWord.High(x.C) + TWord.High(y.C));
        z.D = TWord.Pack(TWord.Low(x.D) + TWord.Low(y.D), TWord.High(x.D) + TWord.High(y.D));
        return z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Squares<TWord>(Vector16 x)
        where TWord : struct, IWord
    {
        float low = (TWord.Low(x.A) * TWord.Low(x.A) + TWord.Low(x.B) * TWord.Low(x.B))
            + (TWord.Low(x.C) * TWord.Low(x.C) + TWord.Low(x.D) * TWord.Low(x.D));
        float high = (TWord.High(x.A) * TWord.High(x.A) + TWord.High(x.B) * TWord.High(x.B))
            + (TWord.High(x.C) * TWord.High(x.C) + TWord.High(x.D) * TWord.High(x.D));
        return TWord.PerWord == 2 ? low + high : low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Normalize<TWord>(uint x, uint wLow, uint wHigh, float r, int style)
        where TWord : struct, IWord
    {
        float low = TWord.Low(x) * r;
        float high = TWord.High(x) * r;
        if (style == Llama)
        {
            uint rounded = TWord.Pack(low, high);
            low = TWord.Low(rounded);
            high = TWord.High(rounded);
        }
        float one = style == Gemma ? 1f : 0f;
        return TWord.Pack((one + Interop.IntAsFloat(wLow)) * low, (one + Interop.IntAsFloat(wHigh)) * high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot<TWord>(uint dy, uint x, uint wLow, uint wHigh, float one)
        where TWord : struct, IWord
    {
        float low = TWord.Low(dy) * (one + Interop.IntAsFloat(wLow)) * TWord.Low(x);
        float high = TWord.High(dy) * (one + Interop.IntAsFloat(wHigh)) * TWord.High(x);
        return TWord.PerWord == 2 ? low + high : low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Slope<TWord>(uint dy, uint x, uint dsum, uint wLow, uint wHigh, float one, float r, float back)
        where TWord : struct, IWord => TWord.Pack(
            TWord.Low(dsum) + (r * (TWord.Low(dy) * (one + Interop.IntAsFloat(wLow))) - back * TWord.Low(x)),
            TWord.High(dsum) + (r * (TWord.High(dy) * (one + Interop.IntAsFloat(wHigh))) - back * TWord.High(x)));
}
