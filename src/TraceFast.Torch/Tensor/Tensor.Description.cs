using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    public static long numel(Tensor input) => input.numel();

    public static bool is_floating_point(Tensor input) => is_floating_point(input.dtype);

    // What a tensor is: shape, strides, element type, device, where its numbers lie.
    public partial class Tensor
    {
        private unsafe T Describe<T>(Func<TensorDescription, T> read)
        {
            nint tensor = SafeHandle.Acquire();
            try
            {
                TensorDescription description;
                NativeMethods.Check(NativeMethods.tracefast_tensor_describe(tensor, &description));
                return read(description);
            }
            finally
            {
                SafeHandle.DangerousRelease();
            }
        }

        private bool Has(TensorFlags flag) => (Describe(static d => d.Flags) & flag) != 0;

        /// <summary>The size of every dimension.</summary>
        public unsafe long[] shape => Describe(static d => new ReadOnlySpan<long>(d.Sizes, d.Dimensions).ToArray());

        public long[] size() => shape;

        /// <summary>The size of one dimension; negative counts from the end.</summary>
        public unsafe long size(int dim) => Describe(d => d.Sizes[Wrap(dim, d.Dimensions)]);

        /// <summary>Elements from one index to the next, of every dimension.</summary>
        public unsafe long[] stride() => Describe(static d => new ReadOnlySpan<long>(d.Strides, d.Dimensions).ToArray());

        public unsafe long stride(int dim) => Describe(d => d.Strides[Wrap(dim, d.Dimensions)]);

        public long Dimensions => Describe(static d => (long)d.Dimensions);

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Describe(static d => d.Elements);

        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Describe(static d => d.ItemSize);

        public long element_size() => ElementSize;

        public long storage_offset() => Describe(static d => d.StorageOffset);

        public ScalarType dtype => Describe(static d => (ScalarType)d.Dtype);

        public Device device => Describe(static d =>
            d.DeviceType == (int)DeviceType.CPU ? CPU : new Device((DeviceType)d.DeviceType, d.DeviceIndex));

        public DeviceType device_type => Describe(static d => (DeviceType)d.DeviceType);

        public int device_index => Describe(static d => d.DeviceIndex);

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_contiguous() => Has(TensorFlags.Contiguous);

        public bool is_leaf => Has(TensorFlags.IsLeaf);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        private static int Wrap(int dim, int dimensions)
        {
            int wrapped = dim < 0 ? dim + dimensions : dim;
            if (wrapped < 0 || wrapped >= dimensions)
                throw new ArgumentOutOfRangeException(nameof(dim), dim, $"the tensor has {dimensions} dimensions");
            return wrapped;
        }

        internal nint DataPointer => Describe(static d => d.Data);
    }
}
