using System.Collections;

namespace TraceFast.Torch
{
    using TraceFast.Torch.Utils;

    public static partial class torch
    {
        // The numbers of a tensor.
        public partial class Tensor
        {
            /// <summary>The elements in row-major order; a tensor elsewhere is copied to the CPU first.</summary>
            /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's element type.</exception>
            public TensorAccessor<T> data<T>() where T : unmanaged
            {
                ScalarType actual = dtype;
                if (ScalarTypeOf<T>() != actual)
                    throw new ArgumentException($"{typeof(T).Name} is not compatible with {actual}");
                return new TensorAccessor<T>(is_cpu() ? this : cpu());
            }

            /// <summary>The one element.</summary>
            /// <exception cref="ArgumentException">Not one element, or of another type.</exception>
            public T item<T>() where T : unmanaged
            {
                if (NumberOfElements != 1)
                    throw new ArgumentException($"Number of elements in the tensor must be 1, not {NumberOfElements}");
                return data<T>()[0];
            }

            /// <summary>The memory of a contiguous CPU tensor, valid as long as the tensor is.</summary>
            /// <exception cref="NotImplementedException">Not contiguous.</exception>
            /// <exception cref="InvalidOperationException">Not on the CPU.</exception>
            public unsafe Span<byte> bytes
            {
                get
                {
                    if (!is_contiguous())
                        throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
                    if (!is_cpu())
                        throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
                    return new Span<byte>((void*)DataPointer, checked((int)(NumberOfElements * ElementSize)));
                }
            }
        }
    }
}

namespace TraceFast.Torch.Utils
{
    /// <summary>The elements of a CPU tensor in row-major order, whatever its strides.</summary>
    public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
    {
        private readonly torch.Tensor _tensor; // keeps the memory alive
        private readonly T* _data;
        private readonly long[] _shape;
        private readonly long[] _strides;
        private readonly bool _contiguous;

        internal TensorAccessor(torch.Tensor tensor)
        {
            _tensor = tensor;
            _data = (T*)tensor.DataPointer;
            _shape = tensor.shape;
            _strides = tensor.stride();
            _contiguous = tensor.is_contiguous();
            Count = tensor.NumberOfElements;
        }

        public long Count { get; }

        /// <summary>One element by its indices, or by its row-major number where there is one index.</summary>
        public T this[params long[] indices]
        {
            get => _data[Offset(indices)];
            set => _data[Offset(indices)] = value;
        }

        public T[] ToArray()
        {
            var result = new T[Count];
            CopyTo(result);
            return result;
        }

        /// <summary>Copies elements from number <paramref name="tensorIndex"/> on, as many as there are and fit.</summary>
        public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
            CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

        public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            Span<T> target = Window(array, arrayIndex, tensorIndex);
            if (_contiguous)
                new ReadOnlySpan<T>(Alive() + tensorIndex, target.Length).CopyTo(target);
            else
                for (int i = 0; i < target.Length; i++)
                    target[i] = Alive()[Offset(tensorIndex + i)];
            GC.KeepAlive(_tensor);
        }

        /// <summary>Writes elements from number <paramref name="tensorIndex"/> on, as many as there are and fit.</summary>
        public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
            CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

        public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            ReadOnlySpan<T> source = array.Slice(arrayIndex, (int)Math.Clamp(Count - tensorIndex, 0, array.Length - arrayIndex));
            if (_contiguous)
                source.CopyTo(new Span<T>(Alive() + tensorIndex, source.Length));
            else
                for (int i = 0; i < source.Length; i++)
                    Alive()[Offset(tensorIndex + i)] = source[i];
            GC.KeepAlive(_tensor);
        }

        public IEnumerator<T> GetEnumerator()
        {
            for (long i = 0; i < Count; i++)
                yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>Does nothing: the tensor belongs to its owner.</summary>
        public void Dispose()
        {
        }

        private Span<T> Window(Span<T> array, int arrayIndex, long tensorIndex)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(tensorIndex);
            return array.Slice(arrayIndex, (int)Math.Clamp(Count - tensorIndex, 0, array.Length - arrayIndex));
        }

        private T* Alive() => _tensor.IsInvalid
            ? throw new ObjectDisposedException("torch.Tensor", "The tensor has been disposed.")
            : _data;

        private long Offset(long[] indices)
        {
            Alive();
            if (indices.Length == 1 && _shape.Length != 1)
                return indices[0] >= 0 && indices[0] < Count ? Offset(indices[0]) : throw OutOfRange(indices);
            if (indices.Length != _shape.Length)
                throw OutOfRange(indices);
            long offset = 0;
            for (int d = 0; d < indices.Length; d++)
                offset += indices[d] >= 0 && indices[d] < _shape[d] ? indices[d] * _strides[d] : throw OutOfRange(indices);
            return offset;
        }

        // The place of row-major element `number`.
        private long Offset(long number)
        {
            if (_contiguous)
                return number;
            long offset = 0;
            for (int d = _shape.Length - 1; d >= 0; d--)
            {
                number = Math.DivRem(number, _shape[d], out long index);
                offset += index * _strides[d];
            }
            return offset;
        }

#pragma warning disable CA2201 // what TorchSharp throws
        private IndexOutOfRangeException OutOfRange(long[] indices) =>
            new($"[{string.Join(", ", indices)}] in a tensor of shape [{string.Join(", ", _shape)}]");
#pragma warning restore CA2201
    }
}
