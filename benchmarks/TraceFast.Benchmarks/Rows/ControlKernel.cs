using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TraceFast.Benchmarks.Rows;

/// <summary>
/// What every row is timed beside: arithmetic that no change to this program makes faster or slower, so that its time tells what the
/// machine gives just now. Vector products over a table of 128 KiB, which lies in the second cache, about two milliseconds: like the rows, it
/// feels a busy other thread of its core, and neighbors' use of the caches.
/// <code>
///   sum[j] = sum[j] + x[i + j] m       over all i, <see cref="Turns"/> times; x = 0, 1, 2, 3, 0, ...,  m = 1: exact in float32
/// </code>
/// It allocates nothing and is compiled whole at its first call.
/// </summary>
internal sealed class ControlKernel
{
    private const int Lanes = 8, Sums = 8, Floats = 32 * 1024, Turns = 2000;

    /// <summary>Sum of the table, <see cref="Turns"/> times.</summary>
    private const double Expected = 1.5 * Floats * Turns;

    private readonly float[] _table = new float[Floats];

    public ControlKernel()
    {
        for (int i = 0; i < _table.Length; i++)
            _table[i] = i % 4;
    }

    /// <summary>Once.</summary>
    /// <exception cref="InvalidOperationException">The result is not the one that it always is: this machine computes wrongly.</exception>
    public void Run()
    {
        double found = Compute();
        if (found != Expected)
            throw new InvalidOperationException($"the control kernel computed {found}, expected {Expected}: this machine computes wrongly");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private unsafe double Compute()
    {
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        Vector256<float> m = Vector256.Create(1f);
        fixed (float* table = _table)
            for (int turn = 0; turn < Turns; turn++)
                for (float* x = table; x < table + Floats; x += Lanes * Sums)
                {
                    a = Vector256.FusedMultiplyAdd(Vector256.Load(x), m, a);
                    b = Vector256.FusedMultiplyAdd(Vector256.Load(x + Lanes), m, b);
                    c = Vector256.FusedMultiplyAdd(Vector256.Load(x + (2 * Lanes)), m, c);
                    d = Vector256.FusedMultiplyAdd(Vector256.Load(x + (3 * Lanes)), m, d);
                    e = Vector256.FusedMultiplyAdd(Vector256.Load(x + (4 * Lanes)), m, e);
                    f = Vector256.FusedMultiplyAdd(Vector256.Load(x + (5 * Lanes)), m, f);
                    g = Vector256.FusedMultiplyAdd(Vector256.Load(x + (6 * Lanes)), m, g);
                    h = Vector256.FusedMultiplyAdd(Vector256.Load(x + (7 * Lanes)), m, h);
                }
        double sum = 0;
        for (int lane = 0; lane < Lanes; lane++)
            sum += (double)a[lane] + b[lane] + c[lane] + d[lane] + e[lane] + f[lane] + g[lane] + h[lane];
        return sum;
    }
}
