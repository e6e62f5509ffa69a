using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Libtorch;

/// <summary>Tensors over mapped memory, without a copy.</summary>
public static unsafe class MappedTensor
{
    /// <summary>
    /// What is to be released when libtorch is done with a tensor's memory, by the memory's address; several tensors may share
    /// one.
    /// </summary>
    private static readonly Dictionary<nint, Stack<SafeBuffer>> s_owners = [];

    /// <summary>
    /// A contiguous CPU tensor over part of <paramref name="memory"/>, which stays mapped until the last tensor and view
    /// over it is gone, even when its owner has disposed it.
    /// </summary>
    /// <remarks>
    /// Map files with <see cref="System.IO.MemoryMappedFiles.MemoryMappedFileAccess.CopyOnWrite"/>: then an in-place
    /// operation changes this process's copy of a page, where a read-only mapping would end the process.
    /// </remarks>
    /// <param name="memory">The mapping, for example a view accessor's SafeMemoryMappedViewHandle.</param>
    /// <param name="offset">Where the tensor starts, in bytes from the handle's address; a multiple of the element's size.</param>
    /// <param name="shape">The size of every dimension; none is a single number.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentException">A negative size, a part that is not inside the memory, or a misaligned one.</exception>
    public static torch.Tensor Over(SafeBuffer memory, long offset, ReadOnlySpan<long> shape, torch.ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(memory);
        long elementSize = SizeOf(dtype), bytes = elementSize;
        foreach (long size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            bytes = checked(bytes * size);
        }
        if (offset < 0 || (ulong)offset > memory.ByteLength || (ulong)bytes > memory.ByteLength - (ulong)offset)
            throw new ArgumentException(
                $"{bytes} bytes from byte {offset} on are not inside the {memory.ByteLength} bytes mapped", nameof(offset));
        nint address = memory.DangerousGetHandle() + (nint)offset;
        if (address % elementSize != 0)
            throw new ArgumentException($"{dtype} at byte {offset} is not aligned to {elementSize} bytes", nameof(offset));

        LibtorchRuntime.Load();
        bool held = false;
        memory.DangerousAddRef(ref held);
        lock (s_owners)
        {
            if (!s_owners.TryGetValue(address, out Stack<SafeBuffer>? owners))
                s_owners.Add(address, owners = []);
            owners.Push(memory);
        }
        nint tensor;
        fixed (long* sizes = shape)
            tensor = NativeMethods.THSTensor_new(address, &Release, sizes, shape.Length, (sbyte)dtype, (sbyte)dtype, 0, -1, 0);
        torch.CheckForErrors();
        return torch.Tensor.UnsafeCreateTensor(tensor);
    }

    // Called once per tensor made, with its address, on any thread.
    [UnmanagedCallersOnly]
    private static void Release(nint address)
    {
        SafeBuffer owner;
        lock (s_owners)
        {
            Stack<SafeBuffer> owners = s_owners[address];
            owner = owners.Pop(); // tensors at one address over several buffers cannot be: the buffers would overlap
            if (owners.Count == 0)
                s_owners.Remove(address);
        }
        owner.DangerousRelease();
    }

    private static int SizeOf(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"no mapped tensors of {dtype}", nameof(dtype)),
    };
}
