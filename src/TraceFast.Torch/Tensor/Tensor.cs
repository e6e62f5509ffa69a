using TraceFast.Torch.Native;

namespace TraceFast.Torch;

/// <summary>
/// PyTorch for C#, under TorchSharp's names and signatures: what PyTorch's documentation says of an operation holds here.
/// </summary>
public static partial class torch
{
    /// <summary>
    /// An n-dimensional array on a device, maybe with a gradient. A tensor holds native memory: dispose it, or make it in a
    /// <see cref="NewDisposeScope"/>. In-place operations end in an underscore and return the tensor itself.
    /// </summary>
    /// <remarks>
    /// Every operation throws <see cref="ObjectDisposedException"/> on a disposed tensor and
    /// <see cref="System.Runtime.InteropServices.ExternalException"/> with libtorch's message on shapes, dtypes or devices
    /// that do not fit.
    /// </remarks>
    public partial class Tensor : IDisposable
    {
        internal TensorHandle SafeHandle { get; }

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal Tensor(nint handle)
        {
            SafeHandle = new TensorHandle(handle);
            OwningDisposeScope = CurrentDisposeScope;
            OwningDisposeScope?.Register(this);
        }

        /// <summary>Takes ownership of a native at::Tensor*.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => handle != 0
            ? new Tensor(handle)
            : throw new ArgumentException("a tensor cannot be made from a null pointer", nameof(handle));

        /// <summary>The native at::Tensor*, valid as long as this tensor is not disposed.</summary>
        /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
        public IntPtr Handle => SafeHandle.Pointer;

        /// <summary>Whether the tensor has been disposed.</summary>
        public bool IsInvalid => SafeHandle.IsClosed;

        /// <summary>Tensors alive in managed code (several may share one native tensor).</summary>
        public static long TotalCount => TensorHandle.Live;

        /// <summary>The most that <see cref="TotalCount"/> has been.</summary>
        public static long PeakCount => TensorHandle.Peak;

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (!disposing || SafeHandle.IsClosed)
                return;
            OwningDisposeScope?.MarkAsDisposed(this);
            SafeHandle.Dispose();
        }

        /// <summary>Gives the native pointer away; this tensor is as if disposed.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            return SafeHandle.Decouple();
        }

        /// <summary>Hands the tensor over to the scope that encloses its own; where there is none, to no scope.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of every scope: from here on the caller disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null)
                other?.Attach(this);
            else
                OwningDisposeScope.MoveToOther(other, this);
            return this;
        }

        /// <summary>A second owner of the same native tensor.</summary>
        public unsafe Tensor alias()
        {
            nint tensor = SafeHandle.Acquire();
            try
            {
                nint alias;
                NativeMethods.Check(NativeMethods.tracefast_tensor_alias(tensor, &alias));
                return new Tensor(alias);
            }
            finally
            {
                SafeHandle.DangerousRelease();
            }
        }

        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        public override int GetHashCode() => base.GetHashCode();

        /// <summary>Shape, dtype and device; the numbers are read with <see cref="data{T}"/>.</summary>
        public override string ToString() =>
            IsInvalid ? "[disposed]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }
}
