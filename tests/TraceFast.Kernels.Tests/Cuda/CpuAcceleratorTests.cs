using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using TraceFast.GpuKernels.Device;
using TraceFast.Kernels.Tests.Support;
using Gpu = TraceFast.GpuKernels;

namespace TraceFast.Kernels.Tests.Cuda;

/// <summary>
/// A second opinion on what the C# of the GPU kernels means: ILGPU's own CPU accelerator, which shares no code with PTX or its interpreter.
/// One warp and up to three rows, since it takes a system thread for each thread of a group.
/// </summary>
public sealed class CpuAcceleratorTests : IDisposable
{
    private const int Warp = 32;

    private readonly Context _context = Context.Create(
        b => b.EnableAlgorithms().CPU(new CPUDevice(Warp, 1, 1)).Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
    private readonly Accelerator _accelerator;
    private readonly List<MemoryBuffer> _buffers = [];

    public CpuAcceleratorTests() => _accelerator = _context.GetDevices<CPUDevice>()[0].CreateAccelerator(_context);

    [Fact]
    public void Rms_norm_of_a_sum()
    {
        const int Rows = 3, Width = 47;
        float[] x = Floats(1, Rows * Width), residual = Floats(2, Rows * Width), w = Floats(3, Width);
        (ArrayView<float> sum, ArrayView<float> y, ArrayView<float> rstd) = (Empty<float>(Rows * Width), Empty<float>(Rows * Width),
            Empty<float>(Rows));
        _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, int, int, long, long, float, int, int>(Gpu.RmsNorm.Forward<float, float, Float32>)(
            (Rows, Warp), View(x), View(residual), View(w), sum, y, rstd, Rows, Width, Width, Width, 1e-6f, 0, 1);
        double[] expected = new double[Rows * Width];
        for (int row = 0; row < Rows; row++)
        {
            double[] s = [.. Enumerable.Range(row * Width, Width).Select(i => (double)(x[i] + residual[i]))];
            double r = 1 / Math.Sqrt(s.Average(v => v * v) + 1e-6);
            for (int h = 0; h < Width; h++)
                expected[row * Width + h] = w[h] * s[h] * r;
        }
        Close.Assert(expected, Doubles(y), 1e-5, "rms_norm");
    }

    [Fact]
    public void A_capped_tile_of_log_probs_with_a_target_in_it()
    {
        const int Rows = 2, Tokens = 123;
        const float Cap = 3;
        float[] z = Floats(1, Rows * Tokens), infinity = [-1e30f, -1e30f];
        ArrayView<float> logits = View(z), most = View(infinity), sum = Empty<float>(Rows), target = Empty<float>(Rows),
            correction = Empty<float>(Rows);
        _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<long>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, int, int, long, float, float, int>(Gpu.LinearLogProb.Tile<float, Float32, Gpu.SoftCap>)(
            (Rows, Warp), logits, View(new long[] { 7, 1000 }), most, sum, target, correction, Rows, Tokens, 0, 1, Cap, 0);
        for (int row = 0; row < Rows; row++)
        {
            double[] capped = [.. Enumerable.Range(0, Tokens).Select(j => Cap * Math.Tanh(z[row * Tokens + j] / Cap))];
            double all = capped.Where((_, j) => row == 1 || j != 7).Sum(Math.Exp);
            Close.Assert([Math.Log(all)], [Doubles(most)[row] + Math.Log(Doubles(sum)[row])], 1e-5, $"row {row}");
            if (row == 0)
                Close.Assert([capped[7]], [Doubles(target)[0]], 1e-5, "target");
        }
    }

    [Fact]
    public void Swiglu_in_bfloat16()
    {
        const int Width = 39;
        ushort[] gate = [.. Floats(1, Width).Select(Round)], up = [.. Floats(2, Width).Select(Round)];
        ArrayView<ushort> y = Empty<ushort>(Width);
        _accelerator.LoadStreamKernel<ArrayView<ushort>, ArrayView<ushort>, ArrayView<ushort>, long, int, long, long, int>(
            Gpu.SwiGlu.Forward<ushort, float, Gpu.Device.BFloat16>)((1, Warp), View(gate), View(up), y, Width, Width, Width, Width, 0);
        _accelerator.Synchronize();
        double[] expected = [.. gate.Zip(up, (g, u) => Widen(g) / (1 + Math.Exp(-Widen(g))) * Widen(u))];
        Close.Assert(expected, [.. Host(y).Select(v => (double)Widen(v))], 1.0 / 128, "swiglu");
    }

    [Fact]
    public void Iopo_loss_of_a_quad()
    {
        float[] logp = Floats(1, 10);
        int[] segments = [0, 1, 4, 8, 10];
        double[] reference = [0.5, -1, 2, 0];
        ArrayView<float> slope = Empty<float>(10);
        ArrayView<double> loss = Empty<double>(1), margin = Empty<double>(1), sums = Empty<double>(4);
        _accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<int>, ArrayView<double>, ArrayView<double>, ArrayView<float>,
            ArrayView<double>, ArrayView<double>, ArrayView<double>, int, double, double, double>(Gpu.IopoLoss.Run<float, Float32>)(
            (1, Warp), View(logp), View(segments), View(reference), View(new[] { 2.0 }), slope, loss, margin, sums, 1, 0.1, 0, 0);
        double d = Enumerable.Range(0, 4).Sum(
            s => (s % 2 == 0 ? 1 : -1) * (logp[segments[s]..segments[s + 1]].Sum(v => (double)v) - reference[s]));
        double own = -2 * 0.1 / (1 + Math.Exp(0.1 * d));
        Close.Assert([d, Math.Log(1 + Math.Exp(-0.1 * d))], [Doubles(margin)[0], Doubles(loss)[0]], 1e-12, "D and L");
        Close.Assert(
            [.. Enumerable.Range(0, 10).Select(t => t is < 1 or (>= 4 and < 8) ? own : -own)], Doubles(slope), 1e-6, "slope");
    }

    public void Dispose()
    {
        _buffers.ForEach(b => b.Dispose());
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static float[] Floats(int seed, int count) => [.. Sample.Normal(seed, count).Select(v => (float)v)];

    // Cuts the low half off: any bfloat16 numbers do as inputs.
    private static ushort Round(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    private ArrayView<T> View<T>(T[] values)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = _accelerator.Allocate1D(values);
        _buffers.Add(buffer);
        return buffer.View.BaseView;
    }

    private ArrayView<T> Empty<T>(int count)
        where T : unmanaged => View(new T[count]);

    private double[] Doubles<T>(ArrayView<T> view)
        where T : unmanaged, System.Numerics.INumber<T> => [.. Host(view).Select(double.CreateChecked)];

    private T[] Host<T>(ArrayView<T> view)
        where T : unmanaged
    {
        _accelerator.Synchronize();
        T[] values = new T[view.Length];
        view.CopyToCPU(values);
        return values;
    }
}
