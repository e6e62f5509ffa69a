using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>
/// The functions of native/kernels for this processor: plain pointers, nothing is checked. Arguments:
/// native/kernels/cpu/kernels.h.
/// </summary>
internal static unsafe class CpuKernels
{
    internal const int ReductionChunks = 16;

    private static readonly KernelTable* s_loaded = Load();

    public static ref readonly KernelTable Table => ref *s_loaded;

    // The argument structs in the order of native/kernels/cpu/library.cpp.
    private static int[] Sizes =>
    [
        sizeof(RmsNormForward), sizeof(RmsNormBackward), sizeof(RopeArguments), sizeof(SwiGluForward), sizeof(SwiGluBackward),
        sizeof(LoraProduct), sizeof(LinearArguments), sizeof(LogSumExpTile), sizeof(TreeSegment), sizeof(TreeAttentionArguments),
        sizeof(AdamWTensor), sizeof(AdamW8BitTensor),
    ];

    private static KernelTable* Load()
    {
        LibtorchRuntime.Load(); // first: the kernels then find its OpenMP, and both share one pool of threads
        int[] expected = Sizes, found = new int[expected.Length];
        fixed (int* first = found)
        {
            KernelTable* table = tracefast_kernels(first);
            if (!found.AsSpan().SequenceEqual(expected))
                throw new LibtorchException("libtracefast_kernels.so is built from other sources than this program; run ./tracefast build");
            WaitPolicy.Start();
            return table;
        }
    }

    [DllImport("tracefast_kernels")] private static extern KernelTable* tracefast_kernels(int* sizes);
}

/// <summary>The table of kernels.h.</summary>
internal unsafe readonly struct KernelTable
{
    private readonly byte* _instructionSet;
    public readonly int FastProducts;
    public readonly delegate* unmanaged<RmsNormForward*, void> RmsNormForward;
    public readonly delegate* unmanaged<RmsNormBackward*, void> RmsNormBackward;
    public readonly delegate* unmanaged<RopeArguments*, void> Rope;
    public readonly delegate* unmanaged<SwiGluForward*, void> SwiGluForward;
    public readonly delegate* unmanaged<SwiGluBackward*, void> SwiGluBackward;
    public readonly delegate* unmanaged<LoraProduct*, void> LoraShrink;
    public readonly delegate* unmanaged<LoraProduct*, void> LoraExpand;
    public readonly delegate* unmanaged<LoraProduct*, void> LoraGrad;
    public readonly delegate* unmanaged<LinearArguments*, long> LinearWorkspace;
    public readonly delegate* unmanaged<LinearArguments*, void> Linear;
    public readonly delegate* unmanaged<LogSumExpTile*, void> LogSumExpTile;
    public readonly delegate* unmanaged<TreeAttentionArguments*, long> TreeAttentionWorkspace;
    public readonly delegate* unmanaged<TreeAttentionArguments*, void> TreeAttention;
    public readonly delegate* unmanaged<AdamWTensor*, long, void> AdamW;
    public readonly delegate* unmanaged<AdamW8BitTensor*, long, float*, void> AdamW8Bit;

    public string InstructionSet => Marshal.PtrToStringUTF8((nint)_instructionSet)!;
}

internal enum KernelDtype
{
    Float32,
    Float64,
    BFloat16,
}

internal unsafe struct RmsNormForward
{
    public KernelDtype Dtype;
    public int Style;
    public long Rows, Hidden;
    public void* X;
    public long XStride;
    public void* Residual;
    public long ResidualStride;
    public void* Weight;
    public double Eps;
    public void* Sum, Y, Rstd;
}

internal unsafe struct RmsNormBackward
{
    public KernelDtype Dtype;
    public int Style;
    public long Rows, Hidden;
    public void* X;
    public long XStride;
    public void* Dy, Dsum, Weight, Rstd, Dx, Dweight, Scratch;
}

internal unsafe struct RopeArguments
{
    public KernelDtype Dtype;
    public long Rows, Heads, HeadDim, RotaryDim;
    public void* X;
    public long RowStride, HeadStride;
    public void* Cos, Sin;
    public int Direction;
    public void* Y;
}

internal unsafe struct SwiGluForward
{
    public KernelDtype Dtype;
    public int Activation;
    public long Rows, Width;
    public void* Gate;
    public long GateStride;
    public void* Up;
    public long UpStride;
    public void* Y;
}

internal unsafe struct SwiGluBackward
{
    public KernelDtype Dtype;
    public int Activation;
    public long Rows, Width;
    public void* Gate;
    public long GateStride;
    public void* Up;
    public long UpStride;
    public void* Dy, Dgate, Dup;
}

internal unsafe struct LoraProduct
{
    public KernelDtype Dtype;
    public long Rows, Width, Rank;
    public void* X;
    public long XStride;
    public void* P, U;
}

internal unsafe struct LinearArguments
{
    public KernelDtype Dtype;
    public int Threads;
    public long Rows, Inner, Columns, Rank;
    public void* X;
    public long XStride;
    public void* W;
    public long WStride;
    public int Transposed;
    public void* Bias, A, U, P, Workspace, Y;
    public int Add;
}

internal unsafe struct LogSumExpTile
{
    public KernelDtype Dtype;
    public long Rows, Tokens;
    public void* Z;
    public double Scale, Softcap;
    public long* Targets;
    public long First;
    public void* RowMax, RowSum, TargetLogit, Correction;
    public int Write;
}

/// <summary>A segment of a <see cref="TreeAttention.TreeLayout"/>.</summary>
internal struct TreeSegment
{
    public int Row, Length, Parent, FirstPosition;
}

internal unsafe struct TreeAttentionArguments
{
    public KernelDtype Dtype;
    public int Threads;
    public long Tokens, Heads, KvHeads, HeadDim;
    public void* Q;
    public long QRow, QHead;
    public void* K;
    public long KRow, KHead;
    public void* V;
    public long VRow, VHead;
    public double Scale, Softcap;
    public long Window;
    public TreeSegment* Segments;
    public long SegmentCount;
    public void* Workspace, Lse, O, OGradient, QGradient, KGradient, VGradient;
}

internal unsafe struct AdamWTensor
{
    public KernelDtype Dtype, GradientDtype;
    public long Count;
    public void* Parameter, Master, Gradient, FirstMoment, SecondMoment;
    public double Decay, StepSize, RootCorrection, Beta1, Beta2, Eps;
}

internal unsafe struct AdamW8BitTensor
{
    public KernelDtype Dtype, GradientDtype;
    public long Count;
    public void* Parameter, Master, Gradient, FirstCodes, SecondCodes, FirstScales, SecondScales;
    public double Decay, StepSize, RootCorrection, Beta1, Beta2, Eps;
}
