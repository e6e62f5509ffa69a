using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// One vocabulary tile of linear_log_prob's online log-sum-exp over the tokens that are not the row's target (Milakov and Gimelshein 2018,
/// arXiv 1805.02867, algorithm 3), and the gradient of a tile in place.
///
///     z = softcap * tanh(scale * h.w / softcap)  |  scale * h.w
///     Tile:      row_max' = max(row_max, max z),  row_sum' = row_sum * correction + sum e^(z - row_max'),
///                correction = e^(row_max - row_max');  where asked:  z := e^(z - row_max') (1 - (z / softcap)^2), 0 for the target
///     Gradient:  z[v] := ([v = t] - e^(z[v] - lse)) * coefficient * (1 - (z / softcap)^2)
///
/// z [rows, tokens] dense, scratch: the target's logit is taken out first and -infinity left in its place, so that no sweep asks for it.
/// Loads of 16 bytes, two in flight, after a head of single elements up to the row's first 16-byte boundary; bf16: 2 bytes of a logit
/// read and 2 written. TilePlain and GradientPlain are the same without vectors, for float64.
/// </summary>
public static class LinearLogProb
{
    public const int Threads = 256;

    public static void Tile<TStored, TElement, TCap>(
        ArrayView<TStored> z, ArrayView<long> targets, ArrayView<float> rowMax, ArrayView<float> rowSum, ArrayView<float> targetLogit,
        ArrayView<float> correction, int rows, int tokens, long firstToken, float scale, float softcap, int write)
        where TStored : unmanaged
        where TElement : struct, IElement<TStored, float>, IWord
        where TCap : struct, ICap
    {
        ArrayView<float> slotsOfMost = SharedMemory.Allocate<float>(Reduction.Warps);
        ArrayView<float> slotsOfSum = SharedMemory.Allocate<float>(Reduction.Warps);
        Cap c = TCap.Prepare(scale, softcap);
        ArrayView<Vector16> vectors = z.Cast<Vector16>();
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long start = (long)row * tokens;
            int column = ColumnOf(targets[row] - firstToken, tokens);
            int head = Head<TElement>(start, tokens);
            int count = (tokens - head) / (4 * TElement.PerWord);
            int tail = head + count * (4 * TElement.PerWord);
            long firstVector = (start + head) / (4 * TElement.PerWord);

            if (Group.IdxX == 0 && column >= 0)
            {
                targetLogit[row] = TCap.Apply(TElement.Widen(z[start + column]), c);
                z[start + column] = TElement.Narrow(scale < 0f ? float.PositiveInfinity : float.NegativeInfinity);
            }
            float before = rowMax[row];
            float sumBefore = rowSum[row];
            Group.Barrier(); // the state has been read, the target taken out

            float most = SingleMath.Lowest;
            float sum = 0f;
            if (Group.IdxX < head)
                AddOne(ref most, ref sum, TCap.Apply(TElement.Widen(z[start + Group.IdxX]), c));
            if (tail + Group.IdxX < tokens)
                AddOne(ref most, ref sum, TCap.Apply(TElement.Widen(z[start + tail + Group.IdxX]), c));
            int i = Group.IdxX;
            for (; i + Group.DimX < count; i += 2 * Group.DimX)
            {
                Vector16 one = vectors[firstVector + i];
                Vector16 two = vectors[firstVector + i + Group.DimX];
                AddVector<TElement, TCap>(ref most, ref sum, one, c);
                AddVector<TElement, TCap>(ref most, ref sum, two, c);
            }
            if (i < count)
                AddVector<TElement, TCap>(ref most, ref sum, vectors[firstVector + i], c);
            Reduction.GroupLogSumExp(ref most, ref sum, slotsOfMost, slotsOfSum);

            float larger = IntrinsicMath.Max(before, most);
            float shrink = SingleMath.Exp(before - larger);
            if (Group.IdxX == 0)
            {
                rowMax[row] = larger;
                rowSum[row] = sumBefore * shrink + sum * SingleMath.Exp(most - larger);
                correction[row] = shrink;
            }
            if (write != 0)
            {
                if (Group.IdxX < head)
                    z[start + Group.IdxX] = TElement.Narrow(Part<TCap>(TElement.Widen(z[start + Group.IdxX]), larger, c));
                if (tail + Group.IdxX < tokens)
                {
                    long at = start + tail + Group.IdxX;
                    z[at] = TElement.Narrow(Part<TCap>(TElement.Widen(z[at]), larger, c));
                }
                for (int j = Group.IdxX; j < count; j += Group.DimX)
                {
                    Vector16 x = vectors[firstVector + j];
                    Vector16 y = default;
                    y.A = PartOfWord<TElement, TCap>(x.A, larger, c);
                    y.B = PartOfWord<TElement, TCap>(x.B, larger, c);
                    y.C = PartOfWord<TElement, TCap>(x.C, larger, c);
                    y.D = PartOfWord<TElement, TCap>(x.D, larger, c);
                    vectors[firstVector + j] = y;
                }
            }
        }
    }

    /// <summary>Grid: x over vectors of a row, y over rows.</summary>
    public static void Gradient<TStored, TElement, TCap>(
        ArrayView<TStored> z, ArrayView<long> targets, ArrayView<float> logSumExp, ArrayView<float> coefficient, int rows, int tokens,
        long firstToken, float scale, float softcap)
        where TStored : unmanaged
        where TElement : struct, IElement<TStored, float>, IWord
        where TCap : struct, ICap
    {
        Cap c = TCap.Prepare(scale, softcap);
        ArrayView<Vector16> vectors = z.Cast<Vector16>();
        for (int row = Grid.IdxY; row < rows; row += Grid.DimY)
        {
            long start = (long)row * tokens;
            int column = ColumnOf(targets[row] - firstToken, tokens);
            float lse = logSumExp[row];
            float factor = -coefficient[row];
            int head = Head<TElement>(start, tokens);
            int count = (tokens - head) / (4 * TElement.PerWord);
            int tail = head + count * (4 * TElement.PerWord);
            long firstVector = (start + head) / (4 * TElement.PerWord);
            int thread = Grid.IdxX * Group.DimX + Group.IdxX;
            int threads = Grid.DimX * Group.DimX;
            // The thread that writes the target's element keeps its logit and writes it again: no barrier, no question in the loop.
            int writer = column < head ? column
                : column >= tail ? column - tail : (column - head) / (4 * TElement.PerWord) % threads;
            bool isWriter = column >= 0 && thread == writer;
            float target = 0f;
            if (isWriter)
                target = TElement.Widen(z[start + column]);
            if (thread < head)
                z[start + thread] = TElement.Narrow(Slope<TCap>(TElement.Widen(z[start + thread]), lse, factor, c));
            if (tail + thread < tokens)
                z[start + tail + thread] = TElement.Narrow(Slope<TCap>(TElement.Widen(z[start + tail + thread]), lse, factor, c));
            for (int i = thread; i < count; i += threads)
            {
                Vector16 x = vectors[firstVector + i];
                Vector16 y = default;
                y.A = SlopeOfWord<TElement, TCap>(x.A, lse, factor, c);
                y.B = SlopeOfWord<TElement, TCap>(x.B, lse, factor, c);
                y.C = SlopeOfWord<TElement, TCap>(x.C, lse, factor, c);
                y.D = SlopeOfWord<TElement, TCap>(x.D, lse, factor, c);
                vectors[firstVector + i] = y;
            }
            if (isWriter)
            {
                float logit = TCap.Apply(target, c);
                z[start + column] = TElement.Narrow(TCap.Weigh(SingleMath.Expm1(logit - lse) * factor, logit, c));
            }
        }
    }

    public static void TilePlain<T, TElement>(
        ArrayView<T> z, ArrayView<long> targets, ArrayView<T> rowMax, ArrayView<T> rowSum, ArrayView<T> targetLogit,
        ArrayView<T> correction, int rows, int tokens, long firstToken, T scale, T softcap, int write)
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<T, T>
    {
        ArrayView<T> slots = SharedMemory.Allocate<T>(Reduction.Warps);
        for (int row = Grid.IdxX; row < rows; row += Grid.DimX)
        {
            long start = (long)row * tokens;
            int column = ColumnOf(targets[row] - firstToken, tokens);
            T before = rowMax[row];
            T sumBefore = rowSum[row];
            Group.Barrier();
            T most = before;
            for (int j = Group.IdxX; j < tokens; j += Group.DimX)
                if (j != column)
                    most = Reduction.Larger(PlainLogit<T, TElement>(z[start + j], scale, softcap), most);
            most = Reduction.GroupMax(most, slots);
            T sum = T.Zero;
            for (int j = Group.IdxX; j < tokens; j += Group.DimX)
                if (j != column)
                    sum += TElement.Exp(PlainLogit<T, TElement>(z[start + j], scale, softcap) - most);
            sum = Reduction.GroupSum(sum, slots);
            T shrink = TElement.Exp(before - most);
            if (Group.IdxX == 0)
            {
                rowMax[row] = most;
                rowSum[row] = sumBefore * shrink + sum;
                correction[row] = shrink;
                if (column >= 0)
                    targetLogit[row] = PlainLogit<T, TElement>(z[start + column], scale, softcap);
            }
            Group.Barrier(); // the target's logit has been read
            for (int j = Group.IdxX; j < tokens; j += Group.DimX)
            {
                if (write != 0)
                {
                    T logit = PlainLogit<T, TElement>(z[start + j], scale, softcap);
                    T p = TElement.Exp(logit - most) * PlainSlope(logit, softcap);
                    z[start + j] = j == column ? T.Zero : p;
                }
            }
        }
    }

    public static void GradientPlain<T, TElement>(
        ArrayView<T> z, ArrayView<long> targets, ArrayView<T> logSumExp, ArrayView<T> coefficient, int rows, int tokens, long firstToken,
        T scale, T softcap)
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<T, T>
    {
        for (int row = Grid.IdxY; row < rows; row += Grid.DimY)
        {
            long start = (long)row * tokens;
            int column = ColumnOf(targets[row] - firstToken, tokens);
            for (int j = Grid.IdxX * Group.DimX + Group.IdxX; j < tokens; j += Grid.DimX * Group.DimX)
            {
                T logit = PlainLogit<T, TElement>(z[start + j], scale, softcap);
                T onehot = j == column ? T.One : T.Zero;
                z[start + j] = (onehot - TElement.Exp(logit - logSumExp[row])) * coefficient[row] * PlainSlope(logit, softcap);
            }
        }
    }

    // The column of the target, or -1 where it lies outside the tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ColumnOf(long offset, int tokens) => offset >= 0 && offset < tokens ? (int)offset : -1;

    // Elements before the row's first 16-byte boundary.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Head<TWord>(long start, int tokens)
        where TWord : struct, IWord
    {
        int mask = 4 * TWord.PerWord - 1;
        return IntrinsicMath.Min(tokens, (mask + 1 - ((int)start & mask)) & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOne(ref float most, ref float sum, float z)
    {
        float larger = IntrinsicMath.Max(most, z);
        sum = sum * SingleMath.Exp(most - larger) + SingleMath.Exp(z - larger);
        most = larger;
    }

    // One rescaling of the sum for each vector, not for each element.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddVector<TWord, TCap>(ref float most, ref float sum, Vector16 x, Cap k)
        where TWord : struct, IWord
        where TCap : struct, ICap
    {
        float a = TCap.Apply(TWord.Low(x.A), k);
        float b = TCap.Apply(TWord.Low(x.B), k);
        float c = TCap.Apply(TWord.Low(x.C), k);
        float d = TCap.Apply(TWord.Low(x.D), k);
        float larger = IntrinsicMath.Max(IntrinsicMath.Max(IntrinsicMath.Max(a, b), IntrinsicMath.Max(c, d)), most);
        float added;
        if (TWord.PerWord == 2)
        {
            float e = TCap.Apply(TWord.High(x.A), k);
            float f = TCap.Apply(TWord.High(x.B), k);
            float g = TCap.Apply(TWord.High(x.C), k);
            float h = TCap.Apply(TWord.High(x.D), k);
            larger = IntrinsicMath.Max(IntrinsicMath.Max(IntrinsicMath.Max(e, f), IntrinsicMath.Max(g, h)), larger);
            added = (SingleMath.Exp(e - larger) + SingleMath.Exp(f - larger)) + (SingleMath.Exp(g - larger) + SingleMath.Exp(h - larger));
        }
        else
        {
            added = 0f;
        }
        added += (SingleMath.Exp(a - larger) + SingleMath.Exp(b - larger)) + (SingleMath.Exp(c - larger) + SingleMath.Exp(d - larger));
        sum = sum * SingleMath.Exp(most - larger) + added;
        most = larger;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Part<TCap>(float x, float larger, Cap c)
        where TCap : struct, ICap
    {
        float z = TCap.Apply(x, c);
        return TCap.Weigh(SingleMath.Exp(z - larger), z, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PartOfWord<TWord, TCap>(uint word, float larger, Cap c)
        where TWord : struct, IWord
        where TCap : struct, ICap =>
        TWord.Pack(Part<TCap>(TWord.Low(word), larger, c), TWord.PerWord == 2 ? Part<TCap>(TWord.High(word), larger, c) : 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Slope<TCap>(float x, float lse, float factor, Cap c)
        where TCap : struct, ICap
    {
        float z = TCap.Apply(x, c);
        return TCap.Weigh(SingleMath.Exp(z - lse) * factor, z, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SlopeOfWord<TWord, TCap>(uint word, float lse, float factor, Cap c)
        where TWord : struct, IWord
        where TCap : struct, ICap => TWord.Pack(
            Slope<TCap>(TWord.Low(word), lse, factor, c), TWord.PerWord == 2 ? Slope<TCap>(TWord.High(word), lse, factor, c) : 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PlainLogit<T, TReal>(T product, T scale, T softcap)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        T z = product * scale;
        if (softcap > T.Zero)
            z = softcap * Functions.Tanh<T, TReal>(z / softcap);
        return z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PlainSlope<T>(T logit, T softcap)
        where T : unmanaged, INumber<T> => softcap > T.Zero ? T.One - logit / softcap * (logit / softcap) : T.One;
}

/// <summary>Factors that a tile's logits share.</summary>
public struct Cap
{
    /// <summary>On the product h . w.</summary>
    public float Inner;

    /// <summary>The bound.</summary>
    public float Outer;

    /// <summary>1 / Outer.</summary>
    public float Inverse;
}

/// <summary>Gemma 2's bound on the logits, or none: chosen when the kernel is compiled.</summary>
public interface ICap
{
    static abstract Cap Prepare(float scale, float softcap);

    static abstract float Apply(float x, Cap cap);

    /// <summary>p times dz / d(scale h.w).</summary>
    static abstract float Weigh(float p, float z, Cap cap);
}

public readonly struct NoCap : ICap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Cap Prepare(float scale, float softcap)
    {
        Cap cap = default;
        cap.Inner = scale;
        return cap;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Apply(float x, Cap cap) => x * cap.Inner;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Weigh(float p, float z, Cap cap) => p;
}

public readonly struct SoftCap : ICap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Cap Prepare(float scale, float softcap)
    {
        Cap cap = default;
        cap.Inner = scale / softcap;
        cap.Outer = softcap;
        cap.Inverse = 1f / softcap;
        return cap;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Apply(float x, Cap cap)
    {
        float inner = x * cap.Inner;
        return inner < -1e30f ? 2f * SingleMath.Lowest : cap.Outer * SingleMath.Tanh(inner); // a target taken out stays out
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Weigh(float p, float z, Cap cap)
    {
        float t = IntrinsicMath.Max(z * cap.Inverse, -1f);
        return p * (1f - t * t);
    }
}
