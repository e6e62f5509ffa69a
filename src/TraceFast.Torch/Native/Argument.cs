namespace TraceFast.Torch.Native;

/// <summary>One argument of an operator call, before it is written into a <see cref="NativeValue"/>. Null is None.</summary>
internal readonly struct Argument
{
    internal readonly object? Object; // what a pointer will be made from: TensorHandle, TensorHandle[], long[], string, ...
    internal readonly long Bits;
    internal readonly Tag Tag;

    private Argument(Tag tag, long bits, object? o = null)
    {
        Tag = tag;
        Bits = bits;
        Object = o;
    }

    /// <summary>The schema's default.</summary>
    internal static Argument Default => default;

    internal static Argument None => new(Tag.None, 0);

    public static implicit operator Argument(torch.Tensor? t) => t is null ? None : new(Tag.Tensor, 0, t.SafeHandle);

    public static implicit operator Argument(torch.Tensor[] tensors) => new(Tag.TensorList, tensors.Length, tensors);

    public static implicit operator Argument(long value) => new(Tag.Int, value);

    public static implicit operator Argument(long? value) => value is long v ? v : None;

    public static implicit operator Argument(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is double v ? v : None;

    public static implicit operator Argument(bool value) => new(Tag.Bool, value ? 1 : 0);

    public static implicit operator Argument(torch.ScalarType dtype) => new(Tag.Int, (long)dtype);

    public static implicit operator Argument(torch.ScalarType? dtype) => dtype is torch.ScalarType t ? t : None;

    public static implicit operator Argument(torch.Device? device) =>
        device is null ? None : new(Tag.Device, (uint)device.type | ((long)device.index << 32));

    public static implicit operator Argument(Scalar? scalar) => scalar is null ? None : new(scalar.Tag, scalar.Bits);

    public static implicit operator Argument(torch.Generator? generator) =>
        generator is null ? None : new(Tag.Generator, 0, generator.SafeHandle);

    public static implicit operator Argument(long[]? values) => values is null ? None : new(Tag.IntList, values.Length, values);

    public static implicit operator Argument(string? text) => text is null ? None : new(Tag.String, text.Length, text);
}
