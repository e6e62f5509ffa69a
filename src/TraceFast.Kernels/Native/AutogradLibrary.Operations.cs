using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>The operations of native/autograd, each a torch::autograd::Function; null tensors are 0.</summary>
internal static unsafe partial class AutogradLibrary
{
    [DllImport(Library)] internal static extern int tracefast_linear_log_prob(nint hidden, nint weight, nint targets, double scale, double softcap, nint* result);
}
