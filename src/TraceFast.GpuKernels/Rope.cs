using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// rope in Hugging Face's rotate-half pairing; sign -1 is the backward. x may have strides between rows and heads, y is dense.
///
///     y[i] = x[i] cos[i] - x[i+R] sin[i],  y[i+R] = x[i+R] cos[i] + x[i] sin[i],  y[j] = x[j] from 2R on
///
/// Run: a thread for each dimension of a head below D - R, any R. Vectors: a thread for a vector of angles, where R, D, the strides and
/// the addresses are of whole vectors of 16 bytes and 2R = D.
/// </summary>
public static class Rope
{
    public const int Threads = 256;

    public static void Run<TStored, T, TElement>(
        ArrayView<TStored> x, ArrayView<T> cos, ArrayView<T> sin, ArrayView<TStored> y, long items, int heads, int headDim, int angles,
        long rowStride, long headStride, T sign)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        int perHead = headDim - angles;
        long threads = (long)Grid.DimX * Group.DimX;
        for (long item = (long)Grid.IdxX * Group.DimX + Group.IdxX; item < items; item += threads)
        {
            int i = (int)(item % perHead);
            long head = item / perHead;
            long row = head / heads;
            long from = row * rowStride + (head - row * heads) * headStride;
            long to = head * headDim;
            if (i < angles)
            {
                T c = cos[row * angles + i];
                T s = sin[row * angles + i] * sign;
                T a = TElement.Widen(x[from + i]);
                T b = TElement.Widen(x[from + i + angles]);
                y[to + i] = TElement.Narrow(a * c - b * s);
                y[to + i + angles] = TElement.Narrow(b * c + a * s);
            }
            else
            {
                y[to + i + angles] = x[from + i + angles];
            }
        }
    }

    public static void RunVectors<TStored, TWord>(
        ArrayView<TStored> x, ArrayView<float> cos, ArrayView<float> sin, ArrayView<TStored> y, long items, int heads, int headDim,
        int angles, long rowStride, long headStride, float sign)
        where TStored : unmanaged
        where TWord : struct, IWord
    {
        int perVector = 4 * TWord.PerWord;
        ArrayView<Vector16> xs = x.Cast<Vector16>();
        ArrayView<Vector16> ys = y.Cast<Vector16>();
        ArrayView<Vector16> cosines = cos.Cast<Vector16>();
        ArrayView<Vector16> sines = sin.Cast<Vector16>();
        int perHead = angles / perVector;
        long threads = (long)Grid.DimX * Group.DimX;
        for (long item = (long)Grid.IdxX * Group.DimX + Group.IdxX; item < items; item += threads)
        {
            long head = item / perHead;
            int part = (int)(item - head * perHead);
            long row = head / heads;
            long low = (row * rowStride + (head - row * heads) * headStride) / perVector + part;
            long to = head * headDim / perVector + part;
            long angle = (row * angles + part * perVector) / 4;
            Vector16 a = xs[low];
            Vector16 b = xs[low + perHead];
            Vector16 c = cosines[angle];
            Vector16 s = sines[angle];
            Vector16 p = default;
            Vector16 q = default;
            if (TWord.PerWord == 2)
            {
                Vector16 c2 = cosines[angle + 1];
                Vector16 s2 = sines[angle + 1];
                Rotate<TWord>(a.A, b.A, c.A, c.B, s.A, s.B, sign, out p.A, out q.A);
                Rotate<TWord>(a.B, b.B, c.C, c.D, s.C, s.D, sign, out p.B, out q.B);
                Rotate<TWord>(a.C, b.C, c2.A, c2.B, s2.A, s2.B, sign, out p.C, out q.C);
                Rotate<TWord>(a.D, b.D, c2.C, c2.D, s2.C, s2.D, sign, out p.D, out q.D);
            }
            else
            {
                Rotate<TWord>(a.A, b.A, c.A, c.A, s.A, s.A, sign, out p.A, out q.A);
                Rotate<TWord>(a.B, b.B, c.B, c.B, s.B, s.B, sign, out p.B, out q.B);
                Rotate<TWord>(a.C, b.C, c.C, c.C, s.C, s.C, sign, out p.C, out q.C);
                Rotate<TWord>(a.D, b.D, c.D, c.D, s.D, s.D, sign, out p.D, out q.D);
            }
            ys[to] = p;
            ys[to + perHead] = q;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rotate<TWord>(
        uint a, uint b, uint cosLow, uint cosHigh, uint sinLow, uint sinHigh, float sign, out uint p, out uint q)
        where TWord : struct, IWord
    {
        float c = Interop.IntAsFloat(cosLow);
        float s = Interop.IntAsFloat(sinLow) * sign;
        float c2 = Interop.IntAsFloat(cosHigh);
        float s2 = Interop.IntAsFloat(sinHigh) * sign;
        p = TWord.Pack(TWord.Low(a) * c - TWord.Low(b) * s, TWord.High(a) * c2 - TWord.High(b) * s2);
        q = TWord.Pack(TWord.Low(b) * c + TWord.Low(a) * s, TWord.High(b) * c2 + TWord.High(a) * s2);
    }
}
