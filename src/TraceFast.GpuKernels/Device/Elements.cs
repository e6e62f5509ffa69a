using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;

namespace TraceFast.GpuKernels.Device;

/// <summary>How a stored element becomes the type that a kernel computes in, and back. ILGPU makes a kernel of its own for each.</summary>
public interface IElement<TStored, T> : IReal<T>
    where TStored : unmanaged
    where T : unmanaged, INumber<T>
{
    static abstract T Widen(TStored value);

    /// <summary>Rounded to nearest, ties to even.</summary>
    static abstract TStored Narrow(T value);
}

/// <summary>
/// The same for words of 32 bits, four of which are one 128-bit load: two bfloat16 (low half first) or one float32.
/// </summary>
public interface IWord
{
    /// <summary>Elements in a word: 2 or 1.</summary>
    static abstract int PerWord { get; }

    static abstract float Low(uint word);

    static abstract float High(uint word);

    static abstract uint Pack(float low, float high);
}

/// <summary>Sixteen bytes: one 128-bit load or store. Eight bfloat16, four float32.</summary>
public struct Vector16
{
    public uint A;
    public uint B;
    public uint C;
    public uint D;
}

public readonly struct Float32 : IElement<float, float>, IWord
{
    public static int PerWord => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Narrow(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Low(uint word) => Interop.IntAsFloat(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float High(uint word) => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(float low, float high) => Interop.FloatAsInt(low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(double value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(int value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float x) => XMath.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => SingleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => XMath.Log2(x) * SingleMath.Ln2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log1p(float t) => SingleMath.Log1p(t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erfc(float x) => SingleMath.Erfc(x);
}

/// <summary>bfloat16 in a ushort: the upper half of a float32. ILGPU 1.5.3 has no bfloat16.</summary>
public readonly struct BFloat16 : IElement<ushort, float>, IWord
{
    public static int PerWord => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(ushort value) => Interop.IntAsFloat((uint)value << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Narrow(float value) => (ushort)Pack(value, 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Low(uint word) => Interop.IntAsFloat(word << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float High(uint word) => Interop.IntAsFloat(word & 0xFFFF0000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(float low, float high)
    {
        if (CudaAsm.IsSupported)
        {
            // sm_80 and later: both roundings in one instruction.
            CudaAsm.Emit("cvt.rn.bf16x2.f32 %0, %1, %2;", out uint packed, high, low);
            return packed;
        }
        return (Round(high) << 16) | Round(low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(double value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(int value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float From(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float x) => XMath.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => SingleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x) => XMath.Log2(x) * SingleMath.Ln2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log1p(float t) => SingleMath.Log1p(t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erfc(float x) => SingleMath.Erfc(x);

    // On ILGPU's CPU accelerator. A NaN stays one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Round(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
        return (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FC0u : rounded;
    }
}

/// <summary>For the tests, which compare with loops in double.</summary>
public readonly struct Float64 : IElement<double, double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Widen(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Narrow(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double From(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double From(int value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double From(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sqrt(double x) => XMath.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double x) => DoubleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double x) => DoubleMath.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log1p(double t) => DoubleMath.Log1p(t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Erfc(double x) => DoubleMath.Erfc(x);
}
