namespace TraceFast.Kernels.Libtorch;

/// <summary>A tensor's memory, for kernels on plain pointers.</summary>
public static unsafe class TensorMemory
{
    /// <summary>The address of the first element. The tensor must be kept alive for as long as it is used.</summary>
    public static void* Address(this torch.Tensor tensor)
    {
        void* address;
        if (NativeMethods.aoti_torch_get_data_ptr(tensor.Handle, &address) != 0)
            throw new InvalidOperationException("the tensor has no memory of its own");
        return address;
    }
}
