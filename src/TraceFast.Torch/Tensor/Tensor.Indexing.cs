using System.Runtime.CompilerServices;
using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);

    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);

    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);

    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);

    public static Tensor nonzero(Tensor input) => input.nonzero();

    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);

    // Parts of a tensor. Where a gradient flows, gather with index_select: the backward of an index by tensors adds atomically.
    public partial class Tensor
    {
        /// <summary>The view of one index along a dimension, which disappears.</summary>
        public Tensor select(long dim, long index) => Aten.select_int.Call(this, dim, index);

        /// <summary>The view [start, start + length) along a dimension.</summary>
        public Tensor narrow(long dim, long start, long length) => Aten.narrow.Call(this, dim, start, length);

        /// <summary>The view start, start + step, ... below finish along a dimension.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Aten.slice_Tensor.Call(this, dim, start, finish, step);

        /// <summary>A copy of the rows (along a dimension) that <paramref name="index"/> [K] names.</summary>
        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);

        /// <summary>Adds alpha * source[k] to row index[k].</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add.Call(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => InPlace(Aten.index_add_, dim, index, source, alpha);

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Aten.index_copy.Call(this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => InPlace(Aten.index_copy_, dim, index, source);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => InPlace(Aten.index_fill__int_Scalar, dim, index, value);

        public Tensor gather(long dim, Tensor index) => Aten.gather.Call(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.scatter_src.Call(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(Aten.scatter__src, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.scatter_add.Call(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(Aten.scatter_add_, dim, index, src);

        public Tensor take(Tensor index) => Aten.take.Call(this, index);

        /// <summary>[K, dimensions] int64: where the tensor is not zero.</summary>
        public Tensor nonzero() => Aten.nonzero.Call(this);

        public Tensor unfold(long dimension, long size, long step) => Aten.unfold.Call(this, dimension, size, step);

        public Tensor index(params Tensor[] indices) => Aten.index_Tensor.Call(this, indices);

        public Tensor index_put_(Tensor value, params Tensor[] indices) => InPlace(Aten.index_put_, indices, value);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) => InPlace(Aten.index_put_, indices, value, accumulate);

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(select(0, i1), value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => Assign(At(i1, i2), value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => Assign(At(i1, i2, i3), value);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>Indices, ranges, None (a new dimension), Ellipsis and tensors, as in Python.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            (Tensor view, Tensor[]? tensors) = Resolve(indices);
            if (tensors is null)
                return view;
            using (view)
                return view.index(tensors);
        }

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            (Tensor view, Tensor[]? tensors) = Resolve(indices);
            using (view)
            {
                if (tensors is null)
                    view.copy_(value);
                else
                    view.index_put_(value, tensors);
            }
            return this;
        }

        private Tensor At(params ReadOnlySpan<long> indices)
        {
            Tensor view = select(0, indices[0]);
            foreach (long i in indices[1..])
            {
                using Tensor outer = view;
                view = outer.select(0, i);
            }
            return view;
        }

        private static void Assign(Tensor view, Tensor value)
        {
            using (view)
                view.copy_(value);
        }

        // Applies indices, slices, None and Ellipsis as views; tensors, if any, are left for aten::index, by dimension.
        private (Tensor View, Tensor[]? Tensors) Resolve(TensorIndex[] indices)
        {
            int consumed = indices.Count(i => i.kind is TensorIndex.Kind.Single or TensorIndex.Kind.Slice or TensorIndex.Kind.Tensor);
            var tensors = new List<Tensor?>();
            Tensor view = alias();
            int dim = 0;
            foreach (TensorIndex i in indices)
            {
                Tensor outer = view;
                switch (i.kind)
                {
                    case TensorIndex.Kind.Single:
                        view = outer.select(dim, i.start ?? throw new ArgumentException("a single index needs a value"));
                        break;
                    case TensorIndex.Kind.Slice:
                        view = outer.slice(dim++, i.start ?? 0, i.stop ?? long.MaxValue, i.step ?? 1);
                        break;
                    case TensorIndex.Kind.None or TensorIndex.Kind.Null:
                        view = outer.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)ndim - consumed;
                        continue;
                    case TensorIndex.Kind.Tensor:
                        while (tensors.Count < dim)
                            tensors.Add(null);
                        tensors.Add(i.tensor);
                        dim++;
                        continue;
                    default:
                        outer.Dispose();
                        throw new NotSupportedException($"an index of kind {i.kind}");
                }
                outer.Dispose();
            }
            return (view, tensors.Count == 0 ? null : (Tensor[])tensors.ToArray()!);
        }
    }

    /// <summary>One position of an index expression.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Tensor,
            Slice,
        }

        internal long? start;
        internal long? stop;
        internal long? step;
        internal Kind kind;
        internal Tensor? tensor;

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { start = start, stop = stop, step = step, kind = Kind.Slice };

        public static TensorIndex Slice(Range range) => Slice(From(range.Start), range.End.Equals(System.Index.End) ? null : From(range.End));

        public static TensorIndex Single(long? index) => new() { start = index, kind = Kind.Single };

        public static TensorIndex Tensor(Tensor tensor) => new() { tensor = tensor, kind = Kind.Tensor };

        public static readonly TensorIndex Ellipsis = new() { kind = Kind.Ellipsis };

        public static readonly TensorIndex None = new() { kind = Kind.None };

        public static readonly TensorIndex Null = new() { kind = Kind.Null };

        public static readonly TensorIndex Colon = Slice();

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(From(index));

        private static long From(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
