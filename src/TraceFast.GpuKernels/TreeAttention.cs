using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// The softmax of tree_attention on one block of query rows and its gradient, in place between cuBLAS's products. Row r of a head has the
/// position firstPosition + r and sees key j where 0 &lt;= firstPosition + r - positions[j] &lt; window.
///
///     Softmax:   z = softcap * tanh(s / softcap) | s;  p = softmax of z over what the row sees, 0 elsewhere;  s := p;  lse = logsumexp z
///     Gradient:  p = exp(z - lse);  d := p (d - sum_j p d) [(1 - (z / softcap)^2)];  s := p
///
/// s, d [heads * rows, keys]; lse [heads * rows]. A group for each row, softmax in the accumulation dtype.
/// </summary>
public static class TreeAttention
{
    public const int Threads = 128;

    public static void Softmax<TStored, T, TElement>(
        ArrayView<TStored> s, ArrayView<T> lse, ArrayView<int> positions, int total, int rows, int keys, int firstPosition, int window,
        T softcap)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        ArrayView<T> slots = SharedMemory.Allocate<T>(Reduction.Warps);
        for (int row = Grid.IdxX; row < total; row += Grid.DimX)
        {
            long start = (long)row * keys;
            int position = row % rows + firstPosition;
            T most = TElement.From(-1e30);
            for (int j = Group.IdxX; j < keys; j += Group.DimX)
                if (Sees(position, positions[j], window))
                    most = Reduction.Larger(Capped<T, TElement>(TElement.Widen(s[start + j]), softcap), most);
            most = Reduction.GroupMax(most, slots);
            T sum = T.Zero;
            for (int j = Group.IdxX; j < keys; j += Group.DimX)
                if (Sees(position, positions[j], window))
                    sum += TElement.Exp(Capped<T, TElement>(TElement.Widen(s[start + j]), softcap) - most);
            sum = Reduction.GroupSum(sum, slots);
            T scale = T.One / sum;
            if (Group.IdxX == 0)
                lse[row] = most + TElement.Log(sum);
            for (int j = Group.IdxX; j < keys; j += Group.DimX)
            {
                T p = T.Zero;
                if (Sees(position, positions[j], window))
                    p = TElement.Exp(Capped<T, TElement>(TElement.Widen(s[start + j]), softcap) - most) * scale;
                s[start + j] = TElement.Narrow(p);
            }
        }
    }

    public static void Gradient<TStored, T, TElement>(
        ArrayView<TStored> s, ArrayView<TStored> d, ArrayView<T> lse, ArrayView<int> positions, int total, int rows, int keys,
        int firstPosition, int window, T softcap)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        ArrayView<T> slots = SharedMemory.Allocate<T>(Reduction.Warps);
        for (int row = Grid.IdxX; row < total; row += Grid.DimX)
        {
            long start = (long)row * keys;
            int position = row % rows + firstPosition;
            T logSumExp = lse[row];
            T dot = T.Zero;
            for (int j = Group.IdxX; j < keys; j += Group.DimX)
                if (Sees(position, positions[j], window))
                    dot += TElement.Exp(Capped<T, TElement>(TElement.Widen(s[start + j]), softcap) - logSumExp)
                        * TElement.Widen(d[start + j]);
            dot = Reduction.GroupSum(dot, slots);
            for (int j = Group.IdxX; j < keys; j += Group.DimX)
            {
                T p = T.Zero;
                T slope = T.Zero;
                if (Sees(position, positions[j], window))
                {
                    T z = Capped<T, TElement>(TElement.Widen(s[start + j]), softcap);
                    p = TElement.Exp(z - logSumExp);
                    slope = p * (TElement.Widen(d[start + j]) - dot);
                    if (softcap > T.Zero)
                        slope *= T.One - z / softcap * (z / softcap);
                }
                s[start + j] = TElement.Narrow(p);
                d[start + j] = TElement.Narrow(slope);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Sees(int position, int key, int window) => key <= position && position - key < window;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Capped<T, TReal>(T s, T softcap)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        if (softcap > T.Zero)
            return softcap * Functions.Tanh<T, TReal>(s / softcap);
        return s;
    }
}
