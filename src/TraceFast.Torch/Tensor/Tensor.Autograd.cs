using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    // A tensor as a node of the autograd graph.
    public partial class Tensor
    {
        /// <summary>Whether gradients flow to this tensor. Only a leaf can be told.</summary>
        public bool requires_grad
        {
            get => Has(TensorFlags.RequiresGrad);
            set => requires_grad_(value);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            nint tensor = SafeHandle.Acquire();
            try
            {
                NativeMethods.Check(NativeMethods.tracefast_tensor_requires_grad(tensor, requires_grad ? 1 : 0));
                return this;
            }
            finally
            {
                SafeHandle.DangerousRelease();
            }
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Keeps the gradient of a tensor that is no leaf.</summary>
        public void retain_grad()
        {
            nint tensor = SafeHandle.Acquire();
            try
            {
                NativeMethods.Check(NativeMethods.tracefast_tensor_retain_grad(tensor));
            }
            finally
            {
                SafeHandle.DangerousRelease();
            }
        }

        /// <summary>The accumulated gradient (a new owner of it on every read), or null.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint tensor = SafeHandle.Acquire();
                try
                {
                    nint grad;
                    NativeMethods.Check(NativeMethods.tracefast_tensor_grad(tensor, &grad));
                    return grad == 0 ? null : new Tensor(grad);
                }
                finally
                {
                    SafeHandle.DangerousRelease();
                }
            }
            set
            {
                nint tensor = SafeHandle.Acquire(), grad = 0;
                try
                {
                    grad = value is null ? 0 : value.SafeHandle.Acquire();
                    NativeMethods.Check(NativeMethods.tracefast_tensor_set_grad(tensor, grad));
                }
                finally
                {
                    if (grad != 0)
                        value!.SafeHandle.DangerousRelease();
                    SafeHandle.DangerousRelease();
                }
            }
        }

        /// <summary>The same numbers outside the graph, in the same memory.</summary>
        public Tensor detach() => Aten.detach.Call(this);

        public Tensor detach_() => InPlace(Aten.detach_);

        /// <summary>Adds the derivative of this one-element tensor to the gradients of the leaves it was made from.</summary>
        public void backward() => autograd.backward([this]);

        /// <summary>The same for a tensor of any shape, weighted by <paramref name="grad_tensors"/>.</summary>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }

    /// <summary>The autograd engine.</summary>
    public static class autograd
    {
        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>
        /// Accumulates sum over i of grad_tensors[i] * d tensors[i] into the gradients of the leaves, or of
        /// <paramref name="inputs"/> only. Without <paramref name="grad_tensors"/> every tensor must have one element.
        /// </summary>
        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            using var outputs = new HeldTensors(tensors);
            using var gradients = new HeldTensors(Gradients(tensors, grad_tensors));
            using var leaves = new HeldTensors(inputs ?? []);
            fixed (nint* t = outputs.Pointers, g = gradients.Pointers, i = leaves.Pointers)
                NativeMethods.Check(NativeMethods.tracefast_backward(
                    t, g, outputs.Pointers.Length, i, leaves.Pointers.Length, Retain(retain_graph), create_graph ? 1 : 0));
        }

        /// <summary>
        /// sum over i of grad_outputs[i] * d outputs[i] / d inputs, without touching any accumulated gradient. With
        /// <paramref name="allow_unused"/> an input that takes no part gives null, else it is an error.
        /// </summary>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            using var of = new HeldTensors(outputs);
            using var gradients = new HeldTensors(Gradients(outputs, grad_outputs));
            using var by = new HeldTensors(inputs);
            var result = new nint[inputs.Count];
            fixed (nint* o = of.Pointers, g = gradients.Pointers, i = by.Pointers, r = result)
                NativeMethods.Check(NativeMethods.tracefast_grad(
                    o, g, of.Pointers.Length, i, by.Pointers.Length, Retain(retain_graph || create_graph), create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
            return Array.ConvertAll(result, static p => p == 0 ? null! : new Tensor(p));
        }

        private static int Retain(bool? retain) => retain switch { null => -1, true => 1, false => 0 };

        private static IList<Tensor> Gradients(IList<Tensor> tensors, IList<Tensor>? gradients)
        {
            if (gradients is null)
                return new Tensor[tensors.Count];
            return gradients.Count == tensors.Count
                ? gradients
                : throw new ArgumentException($"{gradients.Count} gradients for {tensors.Count} tensors", nameof(gradients));
        }
    }
}
