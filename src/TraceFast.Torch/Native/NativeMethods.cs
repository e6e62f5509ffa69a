using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace TraceFast.Torch.Native;

/// <summary>The C functions of native/torch. Those that return a status go through <see cref="Check"/>.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "tracefast_torch";

    /// <summary>Throws what libtorch threw, with its message.</summary>
    /// <exception cref="TorchException">The status is not 0.</exception>
    internal static void Check(int status)
    {
        if (status != 0)
            Throw();
    }

    private static void Throw() =>
        throw new TorchException(Marshal.PtrToStringUTF8(tracefast_torch_last_error()) ?? "libtorch failed");

    [DllImport(Library)] internal static extern nint tracefast_torch_last_error();
    [DllImport(Library)] internal static extern nint tracefast_torch_version();
    [DllImport(Library)] internal static extern int tracefast_value_size();
    [DllImport(Library)] internal static extern int tracefast_description_size();

    [DllImport(Library)] internal static extern int tracefast_operator_find(byte* name, byte* overload, nint* found);
    [DllImport(Library)] internal static extern int tracefast_operator_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* produced);
    [DllImport(Library)] internal static extern void tracefast_list_free(nint list);

    [DllImport(Library)] internal static extern int tracefast_tensor_free(nint tensor);
    [DllImport(Library)] internal static extern int tracefast_tensor_alias(nint tensor, nint* alias);
    [DllImport(Library)] internal static extern int tracefast_tensor_describe(nint tensor, TensorDescription* description);
    [DllImport(Library)] internal static extern int tracefast_tensor_from_memory(void* data, long bytes, long* sizes, int dimensions, int dtype, nint* tensor);

    [DllImport(Library)] internal static extern int tracefast_tensor_requires_grad(nint tensor, int value);
    [DllImport(Library)] internal static extern int tracefast_tensor_retain_grad(nint tensor);
    [DllImport(Library)] internal static extern int tracefast_tensor_grad(nint tensor, nint* grad);
    [DllImport(Library)] internal static extern int tracefast_tensor_set_grad(nint tensor, nint grad);
    [DllImport(Library)] internal static extern int tracefast_backward(nint* tensors, nint* gradients, int count, nint* inputs, int inputCount, int retain, int create);
    [DllImport(Library)] internal static extern int tracefast_grad(nint* outputs, nint* gradients, int outputCount, nint* inputs, int inputCount, int retain, int create, int allowUnused, nint* result);
    [DllImport(Library)] internal static extern int tracefast_grad_mode();
    [DllImport(Library)] internal static extern void tracefast_set_grad_mode(int enabled);
    [DllImport(Library)] internal static extern int tracefast_inference_mode();
    [DllImport(Library)] internal static extern int tracefast_inference_guard(int enabled, nint* guard);
    [DllImport(Library)] internal static extern void tracefast_inference_guard_free(nint guard);

    [DllImport(Library)] internal static extern int tracefast_generator_new(int deviceType, int deviceIndex, ulong seed, nint* generator);
    [DllImport(Library)] internal static extern int tracefast_generator_default(int deviceType, int deviceIndex, nint* generator);
    [DllImport(Library)] internal static extern int tracefast_generator_free(nint generator);
    [DllImport(Library)] internal static extern int tracefast_generator_manual_seed(nint generator, ulong seed);
    [DllImport(Library)] internal static extern int tracefast_generator_seed(nint generator, ulong* seed);
    [DllImport(Library)] internal static extern int tracefast_generator_initial_seed(nint generator, ulong* seed);
    [DllImport(Library)] internal static extern int tracefast_generator_get_state(nint generator, nint* state);
    [DllImport(Library)] internal static extern int tracefast_generator_set_state(nint generator, nint state);
    [DllImport(Library)] internal static extern int tracefast_manual_seed(ulong seed);

    [DllImport(Library)] internal static extern int tracefast_num_threads();
    [DllImport(Library)] internal static extern int tracefast_set_num_threads(int count);
    [DllImport(Library)] internal static extern int tracefast_num_interop_threads();
    [DllImport(Library)] internal static extern int tracefast_set_num_interop_threads(int count);

    [DllImport(Library)] internal static extern int tracefast_device_count(int deviceType, int* count);
    [DllImport(Library)] internal static extern int tracefast_cuda_synchronize(int index);
}
