using System.Runtime.InteropServices;

namespace TraceFast.Torch.Native;

/// <summary>What a <see cref="NativeValue"/> holds; native/torch/value.h says how each is laid out.</summary>
internal enum Tag
{
    Default = 0,
    None = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    IntList = 6,
    DoubleList = 7,
    BoolList = 8,
    TensorList = 9,
    String = 10,
    Device = 11,
    Generator = 12,
}

/// <summary>One argument or result of an operator call as it crosses into native/torch (16 bytes).</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeValue
{
    [FieldOffset(0)] public long Integer;
    [FieldOffset(0)] public double Real;
    [FieldOffset(0)] public nint Pointer;
    [FieldOffset(8)] public Tag Tag;
    [FieldOffset(12)] public int Length;
}

/// <summary>A tensor's description; sizes and strides point into the tensor and are copied at once (72 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorDescription
{
    public nint Data;
    public long* Sizes;
    public long* Strides;
    public long Elements;
    public long StorageOffset;
    public long ItemSize;
    public int Dimensions;
    public int Dtype;
    public int DeviceType;
    public int DeviceIndex;
    public TensorFlags Flags;
    public int Reserved;
}

[Flags]
internal enum TensorFlags
{
    None = 0,
    RequiresGrad = 1,
    IsLeaf = 2,
    Contiguous = 4,
    HasGradFn = 8,
    Inference = 16,
}
