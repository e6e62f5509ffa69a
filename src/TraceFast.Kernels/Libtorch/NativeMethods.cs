using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace TraceFast.Kernels.Libtorch;

/// <summary>
/// What TorchSharp does not offer publicly: exports of its own library (THS*), of libtorch's C shim (aoti_*) and four C++ functions of
/// at::Context, which take and return plain registers. A tensor's Handle is an at::Tensor*, which is the shim's tensor handle too.
/// Written for the versions that <see cref="LibtorchRuntime"/> checks.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Binding = "LibTorchSharp";
    private const string Libtorch = "torch_cpu";

    /// <summary>C++: std::shared_ptr and std::weak_ptr to a node, each on the heap.</summary>
    internal struct NodePointers
    {
        public nint Strong, Weak;
    }

    internal struct TensorArray
    {
        public nint* Tensors;
        public long Count;
    }

    [DllImport(Binding)] internal static extern NodePointers THSAutograd_CSharpNode_ctor(nint apply, nint release);
    [DllImport(Binding)] internal static extern void THSAutograd_CSharpNode_disposeSharedPtr(NodePointers node);
    [DllImport(Binding)] internal static extern void THSAutograd_CSharpNode_disposeWeakPtr(NodePointers node);
    [DllImport(Binding)]
        internal static extern void THSAutograd_CSharpNode_setNextEdges(NodePointers node, TensorArray inputs, byte executable);
    [DllImport(Binding)]
        internal static extern void THSAutograd_Function_wrapOutputs(
            TensorArray inputs, TensorArray nonDifferentiable, TensorArray dirty, TensorArray outputs, NodePointers node,
            delegate* unmanaged<nint, nint*> allocate);
    [DllImport(Binding)] internal static extern nint THSAutograd_SavedVariable_ctor(nint tensor, NodePointers node, byte inPlaceOnView);
    [DllImport(Binding)] internal static extern nint THSAutograd_SavedVariable_unpack(nint saved, NodePointers node);
    [DllImport(Binding)] internal static extern void THSAutograd_SavedVariable_dispose(nint saved);
    [DllImport(Binding)]
        internal static extern nint THSTensor_new(
            nint data, delegate* unmanaged<nint, void> release, long* sizes, int dimensions, sbyte elementType, sbyte dtype, int deviceType,
            int deviceIndex, byte requiresGrad);

    /// <summary>native/torchsharp/guard.cpp: tensors that were left to the finalizer so far.</summary>
    [DllImport(Binding)] internal static extern long tracefast_finalized_tensors();

    /// <summary>native/torchsharp/allocator.cpp: bytes of the tensors on the CPU, and the most since the last call.</summary>
    [DllImport(Binding)] internal static extern long tracefast_tensor_bytes();
    [DllImport(Binding)] internal static extern long tracefast_take_peak_tensor_bytes();

    [DllImport(Libtorch)] internal static extern int aoti_torch_new_uninitialized_tensor(nint* tensor);
    [DllImport(Libtorch)] internal static extern int aoti_torch_get_data_ptr(nint tensor, void** data);

    [DllImport(Libtorch, EntryPoint = "_ZN2at13globalContextEv")] internal static extern nint GlobalContext();
    [DllImport(Libtorch, EntryPoint = "_ZN2at7Context26setDeterministicAlgorithmsEbb")]
        internal static extern void SetDeterministicAlgorithms(nint context, byte on, byte warnOnly);
    [DllImport(Libtorch, EntryPoint = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb")]
        internal static extern void SetDeterministicFill(nint context, byte on);
    [DllImport(Libtorch, EntryPoint = "_ZNK2at7Context23deterministicAlgorithmsEv")]
        internal static extern byte DeterministicAlgorithms(nint context);
}
