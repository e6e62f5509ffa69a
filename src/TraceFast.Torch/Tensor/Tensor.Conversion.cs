using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    public static Tensor clone(Tensor input) => input.clone();

    // Copies, and the same numbers as another type or on another device.
    public partial class Tensor
    {
        /// <summary>The numbers as <paramref name="type"/>; this very memory where they are and no copy is asked for.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Aten.to_dtype.Call(this, type, non_blocking, copy), disposeAfter);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Aten.to_device.Call(this, device, dtype, non_blocking, copy), disposeAfter);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Aten.to_device.Call(this, device, type, non_blocking, copy), disposeAfter);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor cpu() => to(CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false) => to(device ?? CUDA, non_blocking: non_blocking);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor clone() => Aten.clone.Call(this);

        /// <summary>Overwrites this with <paramref name="source"/>, broadcast and converted.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace(Aten.copy_, source, nonBlocking);

        public Tensor fill_(Scalar value) => InPlace(Aten.fill__Scalar, value);

        public Tensor zero_() => InPlace(Aten.zero_);

        /// <summary>The one element as a scalar, whatever its type.</summary>
        public Scalar ToScalar()
        {
            NativeValue value = Aten.item.CallValue(this);
            return value.Tag switch
            {
                Tag.Double => value.Real,
                Tag.Bool => value.Integer != 0,
                _ => value.Integer,
            };
        }

        private Tensor After(Tensor result, bool dispose)
        {
            if (dispose)
                Dispose();
            return result;
        }
    }
}

/// <summary>The one element of a tensor as a number.</summary>
public static class TensorExtensionMethods
{
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();
}
