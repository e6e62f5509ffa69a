using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>The operations of native/autograd, each a torch::autograd::Function; null tensors are 0.</summary>
internal static unsafe partial class AutogradLibrary
{
    [DllImport(Library)] internal static extern int tracefast_linear_log_prob(nint hidden, nint weight, nint targets, double scale, double softcap, int fused, nint* logp);
    [DllImport(Library)] internal static extern int tracefast_cpu_rms_norm(nint x, nint residual, nint weight, double eps, int style, nint* y, nint* sum);
    [DllImport(Library)] internal static extern int tracefast_cpu_rope(nint x, nint cos, nint sin, nint* y);
    [DllImport(Library)] internal static extern int tracefast_cpu_swiglu(nint gate, nint up, int activation, nint* y);
    [DllImport(Library)] internal static extern int tracefast_cpu_lora_linear(nint x, nint dropped, nint weight, nint bias, nint A, nint B, double scaling, nint* y);
    [DllImport(Library)] internal static extern int tracefast_cpu_tree_attention(nint q, nint k, nint v, nint plan, double scale, long window, double softcap, nint* o);
    [DllImport(Library)] internal static extern int tracefast_cpu_adamw(AdamWArguments* states, long count, double learningRate, double beta1, double beta2, double eps, double weightDecay);

    /// <summary>One parameter with its state; the layout of AdamWState in native/autograd/elementwise.cpp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AdamWArguments
    {
        public nint Parameter, Master, Gradient, FirstMoment, SecondMoment;
        public double Correction1, Correction2;
    }
}
