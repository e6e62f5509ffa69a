using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// swiglu: y = act(gate) * up;  backward dgate = dy * up * act'(gate), dup = dy * act(gate). gate and up may have strides between rows, the
/// others are dense.
///
///     silu       z s(z),                        s(z) (1 + z s(-z))
///     gelu       z Phi(z),                      Phi(z) + z phi(z)
///     gelu_tanh  z s(2u), u = k (z + c z^3),    s(2u) (1 + 2 z k (1 + 3 c z^2) s(-2u)),     k = sqrt(2/pi), c = 0.044715
///
/// A thread for each element. Vectors: for each vector of 16 bytes, where width, strides and addresses are of whole ones.
/// </summary>
public static class SwiGlu
{
    public const int Threads = 256;

    /// <summary>As GateActivation numbers them; 2 is gelu_tanh.</summary>
    private const int Silu = 0, Gelu = 1;

    public static void Forward<TStored, T, TElement>(
        ArrayView<TStored> gate, ArrayView<TStored> up, ArrayView<TStored> y, long elements, int width, long gateStride, long upStride,
        int activation)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        long threads = (long)Grid.DimX * Group.DimX;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < elements; i += threads)
        {
            long row = i / width;
            long column = i - row * width;
            T value = Evaluate<T, TElement>(TElement.Widen(gate[row * gateStride + column]), activation, out _);
            y[i] = TElement.Narrow(value * TElement.Widen(up[row * upStride + column]));
        }
    }

    public static void Backward<TStored, T, TElement>(
        ArrayView<TStored> gate, ArrayView<TStored> up, ArrayView<TStored> dy, ArrayView<TStored> dgate, ArrayView<TStored> dup,
        long elements, int width, long gateStride, long upStride, int activation)
        where TStored : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
    {
        long threads = (long)Grid.DimX * Group.DimX;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < elements; i += threads)
        {
            long row = i / width;
            long column = i - row * width;
            T value = Evaluate<T, TElement>(TElement.Widen(gate[row * gateStride + column]), activation, out T derivative);
            T slope = TElement.Widen(dy[i]);
            dgate[i] = TElement.Narrow(slope * TElement.Widen(up[row * upStride + column]) * derivative);
            dup[i] = TElement.Narrow(slope * value);
        }
    }

    public static void ForwardVectors<TStored, TWord>(
        ArrayView<TStored> gate, ArrayView<TStored> up, ArrayView<TStored> y, long elements, int width, long gateStride, long upStride,
        int activation)
        where TStored : unmanaged
        where TWord : struct, IWord
    {
        int perVector = 4 * TWord.PerWord;
        int count = width / perVector;
        ArrayView<Vector16> gates = gate.Cast<Vector16>();
        ArrayView<Vector16> ups = up.Cast<Vector16>();
        ArrayView<Vector16> ys = y.Cast<Vector16>();
        long threads = (long)Grid.DimX * Group.DimX;
        long vectors = elements / perVector;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < vectors; i += threads)
        {
            long row = i / count;
            long column = i - row * count;
            Vector16 g = gates[row * gateStride / perVector + column];
            Vector16 u = ups[row * upStride / perVector + column];
            Vector16 result = default;
            result.A = Gated<TWord>(g.A, u.A, activation);
            result.B = Gated<TWord>(g.B, u.B, activation);
            result.C = Gated<TWord>(g.C, u.C, activation);
            result.D = Gated<TWord>(g.D, u.D, activation);
            ys[i] = result;
        }
    }

    public static void BackwardVectors<TStored, TWord>(
        ArrayView<TStored> gate, ArrayView<TStored> up, ArrayView<TStored> dy, ArrayView<TStored> dgate, ArrayView<TStored> dup,
        long elements, int width, long gateStride, long upStride, int activation)
        where TStored : unmanaged
        where TWord : struct, IWord
    {
        int perVector = 4 * TWord.PerWord;
        int count = width / perVector;
        ArrayView<Vector16> gates = gate.Cast<Vector16>();
        ArrayView<Vector16> ups = up.Cast<Vector16>();
        ArrayView<Vector16> dys = dy.Cast<Vector16>();
        ArrayView<Vector16> dgates = dgate.Cast<Vector16>();
        ArrayView<Vector16> dups = dup.Cast<Vector16>();
        long threads = (long)Grid.DimX * Group.DimX;
        long vectors = elements / perVector;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < vectors; i += threads)
        {
            long row = i / count;
            long column = i - row * count;
            Vector16 g = gates[row * gateStride / perVector + column];
            Vector16 u = ups[row * upStride / perVector + column];
            Vector16 d = dys[i];
            Vector16 dg = default;
            Vector16 du = default;
            Slopes<TWord>(g.A, u.A, d.A, activation, out dg.A, out du.A);
            Slopes<TWord>(g.B, u.B, d.B, activation, out dg.B, out du.B);
            Slopes<TWord>(g.C, u.C, d.C, activation, out dg.C, out du.C);
            Slopes<TWord>(g.D, u.D, d.D, activation, out dg.D, out du.D);
            dgates[i] = dg;
            dups[i] = du;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Gated<TWord>(uint gate, uint up, int activation)
        where TWord : struct, IWord
    {
        float low = Evaluate<float, Float32>(TWord.Low(gate), activation, out _) * TWord.Low(up);
        float high = TWord.PerWord == 2 ? Evaluate<float, Float32>(TWord.High(gate), activation, out _) * TWord.High(up) : 0f;
        return TWord.Pack(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Slopes<TWord>(uint gate, uint up, uint dy, int activation, out uint dgate, out uint dup)
        where TWord : struct, IWord
    {
        float low = Evaluate<float, Float32>(TWord.Low(gate), activation, out float derivativeLow);
        float high = 0f;
        float derivativeHigh = 0f;
        if (TWord.PerWord == 2)
            high = Evaluate<float, Float32>(TWord.High(gate), activation, out derivativeHigh);
        dgate = TWord.Pack(TWord.Low(dy) * TWord.Low(up) * derivativeLow, TWord.High(dy) * TWord.High(up) * derivativeHigh);
        dup = TWord.Pack(TWord.Low(dy) * low, TWord.High(dy) * high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Evaluate<T, TReal>(T z, int activation, out T derivative)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        if (activation == Gelu)
        {
            T normal = TReal.From(0.5) * TReal.Erfc(z * TReal.From(-0.70710678118654752440));
            derivative = normal + z * TReal.From(0.39894228040143267794) * TReal.Exp(TReal.From(-0.5) * z * z);
            return z * normal;
        }
        T inner = z;
        T slope = T.One;
        if (activation != Silu)
        {
            T twice = TReal.From(2 * 0.79788456080286535588);
            T cubic = TReal.From(0.044715);
            inner = twice * (z + cubic * z * z * z);
            slope = twice * (T.One + TReal.From(3.0) * cubic * z * z);
        }
        T sigmoid = Functions.Sigmoid<T, TReal>(inner, out T complement);
        derivative = sigmoid * (T.One + z * slope * complement);
        return z * sigmoid;
    }
}
