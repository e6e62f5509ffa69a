namespace TraceFast.Cuda;

/// <summary>Groups in x and y, and threads of a group.</summary>
public readonly record struct LaunchShape(int GridX, int GridY, int Threads);

/// <summary>One argument of a kernel: memory as ILGPU's ArrayView (pointer, length in elements), or a number.</summary>
public readonly record struct LaunchArgument
{
    private readonly nint _pointer;
    private readonly long _bits;

    private LaunchArgument(nint pointer, long bits, int size) => (_pointer, _bits, Size) = (pointer, bits, size);

    /// <summary>Bytes of the parameter.</summary>
    public int Size { get; }

    public static LaunchArgument View(nint pointer, long length) => new(pointer, length, 16);

    public static LaunchArgument Number(int value) => new(0, value, sizeof(int));

    public static LaunchArgument Number(long value) => new(0, value, sizeof(long));

    public static LaunchArgument Number(float value) => new(0, BitConverter.SingleToInt32Bits(value), sizeof(float));

    public static LaunchArgument Number(double value) => new(0, BitConverter.DoubleToInt64Bits(value), sizeof(double));

    /// <summary>Writes the parameter's bytes to 16 bytes at <paramref name="target"/>.</summary>
    internal unsafe void Write(byte* target)
    {
        if (Size == 16)
            (*(nint*)target, *(long*)(target + sizeof(nint))) = (_pointer, _bits);
        else
            *(long*)target = _bits;
    }
}
