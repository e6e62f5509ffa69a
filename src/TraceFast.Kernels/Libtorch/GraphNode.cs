using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.Libtorch;

/// <summary>
/// One recorded call of an operation whose backward is written in C#, on libtorch's autograd graph.
/// <code>
///   torch.Tensor y;
///   using (torch.no_grad()) y = ...;                                    // from x and w
///   return GraphNode.Wanted(x, w) ? new MyNode(...).Record([x, w], [y], [x, w])[0] : y;
/// </code>
/// It is built on the exports that TorchSharp's own autograd Function uses, and differs from it: nothing is allocated where no gradient
/// is wanted, outputs have no twin, saved tensors go as soon as the backward has used them (so a graph serves one backward pass), and an
/// exception in a backward reaches the caller of <see cref="Autograd.Backward"/>.
/// </summary>
internal abstract unsafe class GraphNode
{
    /// <summary>Gradients handed to the engine, which has its own references by the time that the next node of the thread runs.</summary>
    [ThreadStatic] private static List<torch.Tensor>? s_handedOver;
    [ThreadStatic] private static ExceptionDispatchInfo? s_failure;
    [ThreadStatic] private static nint[]? s_wrapped;

    /// <summary>An undefined tensor, in the place of an optional input that is not given.</summary>
    private static readonly nint s_undefined = NewUndefined();

    private NativeMethods.NodePointers _pointers;
    private nint[] _saved = [];
    private bool _used;
    private BackwardCall? _call;

    /// <summary>Whether a call with these inputs must be recorded.</summary>
    public static bool Wanted(params ReadOnlySpan<torch.Tensor?> inputs)
    {
        if (!torch.is_grad_enabled())
            return false;
        foreach (torch.Tensor? input in inputs)
        {
            if (input is not null && input.requires_grad)
                return true;
        }
        return false;
    }

    /// <summary>Ties <paramref name="outputs"/>, which were computed without recording, to this node and this node to the inputs.</summary>
    /// <param name="inputs">Every tensor that may get a gradient; null where an optional one is not given.</param>
    /// <param name="outputs">Fresh tensors; disposed, the results take their place.</param>
    /// <param name="keep">What the backward reads with <see cref="Saved"/>; inputs and outputs among them are checked for changes in
    /// place.</param>
    public torch.Tensor[] Record(ReadOnlySpan<torch.Tensor?> inputs, ReadOnlySpan<torch.Tensor> outputs, ReadOnlySpan<torch.Tensor?> keep)
    {
        LetGo(); // of the gradients that a backward without Autograd.Backward left
        _call = Profiler.Capture();
        Slot slot = Slot.Rent(this);
        _pointers = NativeMethods.THSAutograd_CSharpNode_ctor(slot.Apply, slot.Release);
        torch.CheckForErrors();
        try
        {
            nint* handles = stackalloc nint[inputs.Length + outputs.Length];
            for (int i = 0; i < inputs.Length; i++)
                handles[i] = inputs[i]?.Handle ?? s_undefined;
            NativeMethods.TensorArray given = new() { Tensors = handles, Count = inputs.Length };
            NativeMethods.THSAutograd_CSharpNode_setNextEdges(_pointers, given, 1);
            torch.CheckForErrors();
            for (int i = 0; i < outputs.Length; i++)
                handles[inputs.Length + i] = outputs[i].Handle;
            NativeMethods.TensorArray made = new() { Tensors = handles + inputs.Length, Count = outputs.Length };
            NativeMethods.THSAutograd_Function_wrapOutputs(given, default, default, made, _pointers, &Allocate);
            torch.CheckForErrors();
            torch.Tensor[] results = new torch.Tensor[outputs.Length];
            for (int i = 0; i < results.Length; i++)
                results[i] = torch.Tensor.UnsafeCreateTensor(s_wrapped![i]);
            _saved = new nint[keep.Length];
            for (int i = 0; i < keep.Length; i++)
            {
                if (keep[i] is not torch.Tensor tensor)
                    continue;
                _saved[i] = NativeMethods.THSAutograd_SavedVariable_ctor(tensor.Handle, _pointers, 0);
                torch.CheckForErrors();
            }
            foreach (torch.Tensor output in outputs)
                output.Dispose();
            return results;
        }
        finally
        {
            // From here on the outputs hold the node.
            NativeMethods.THSAutograd_CSharpNode_disposeSharedPtr(_pointers);
        }
    }

    /// <summary>The name in messages.</summary>
    protected abstract string Name { get; }

    /// <param name="gradients">One for each output, not always contiguous; null where none has come.</param>
    /// <returns>One for each of <see cref="Record"/>'s inputs; null where none is wanted.</returns>
    protected abstract torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients);

    /// <summary>What was kept at that index of <see cref="Record"/>'s list; null where nothing was.</summary>
    protected torch.Tensor? SavedOrNull(int index)
    {
        if (_saved[index] == 0)
            return null;
        nint tensor = NativeMethods.THSAutograd_SavedVariable_unpack(_saved[index], _pointers);
        torch.CheckForErrors();
        return torch.Tensor.UnsafeCreateTensor(tensor);
    }

    protected torch.Tensor Saved(int index) => SavedOrNull(index)!;

    internal static void Forget() => s_failure = null;

    /// <summary>Throws the exception that a backward on this thread ended with, if any.</summary>
    internal static void Rethrow()
    {
        ExceptionDispatchInfo? thrown = s_failure;
        s_failure = null;
        thrown?.Throw();
    }

    internal static void LetGo()
    {
        if (s_handedOver is null)
            return;
        foreach (torch.Tensor tensor in s_handedOver)
            tensor.Dispose();
        s_handedOver.Clear();
    }

    private NativeMethods.TensorArray Apply(nint* tensors, int count, Slot slot)
    {
        LetGo();
        using ProfilerScope profiled = Profiler.Open(_call);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor?[] gradients = new torch.Tensor?[count];
        for (int i = 0; i < count; i++)
            gradients[i] = tensors[i] == 0 ? null : torch.Tensor.UnsafeCreateTensor(tensors[i]);
        try
        {
            if (torch.is_grad_enabled())
                throw new NotSupportedException($"{Name} has no second derivative (create_graph)");
            if (_used)
                throw new InvalidOperationException($"{Name}: a second backward through the same graph");
            torch.Tensor?[] results = Backward(gradients);
            nint* buffer = slot.Buffer(results.Length);
            for (int i = 0; i < results.Length; i++)
            {
                buffer[i] = results[i]?.Handle ?? 0;
                if (results[i] is torch.Tensor result)
                    (s_handedOver ??= []).Add(result.DetachFromDisposeScope());
            }
            DisposeSaved();
            _used = true;
            return new NativeMethods.TensorArray { Tensors = buffer, Count = results.Length };
        }
#pragma warning disable CA1031 // an exception must not reach the engine's C++ frames: no results is what it turns into an error
        catch (Exception e)
#pragma warning restore CA1031
        {
            s_failure ??= ExceptionDispatchInfo.Capture(e);
            return default;
        }
    }

    private static nint NewUndefined()
    {
        nint tensor;
        return NativeMethods.aoti_torch_new_uninitialized_tensor(&tensor) == 0
            ? tensor
            : throw new InvalidOperationException("libtorch makes no undefined tensor");
    }

    private void DisposeSaved()
    {
        foreach (nint variable in _saved)
        {
            if (variable != 0)
                NativeMethods.THSAutograd_SavedVariable_dispose(variable);
        }
        _saved = [];
    }

    /// <summary>The native node is gone; on whichever thread dropped the graph.</summary>
    private void Released()
    {
        DisposeSaved();
        NativeMethods.THSAutograd_CSharpNode_disposeWeakPtr(_pointers);
    }

    [UnmanagedCallersOnly]
    private static nint* Allocate(nint count)
    {
        if (s_wrapped is null || s_wrapped.Length < count)
            s_wrapped = GC.AllocateArray<nint>(Math.Max(8, (int)count), pinned: true);
        return (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(s_wrapped, 0);
    }

    /// <summary>A pair of native callbacks, which carry no argument of their own; reused when their node is gone.</summary>
    private sealed class Slot
    {
        private static readonly List<Slot> s_all = []; // holds the delegates, on which native code has pointers
        private static readonly Stack<Slot> s_free = [];

        private readonly ApplyCallback _apply;
        private readonly ReleaseCallback _release;
        private GraphNode? _node;
        private nint* _buffer;
        private int _capacity;

        private Slot()
        {
            _apply = (tensors, count) => _node!.Apply(tensors, count, this);
            _release = Return;
            Apply = Marshal.GetFunctionPointerForDelegate(_apply);
            Release = Marshal.GetFunctionPointerForDelegate(_release);
        }

        private delegate NativeMethods.TensorArray ApplyCallback(nint* tensors, int count);

        private delegate void ReleaseCallback();

        public nint Apply { get; }

        public nint Release { get; }

        public static Slot Rent(GraphNode node)
        {
            lock (s_all)
            {
                if (!s_free.TryPop(out Slot? slot))
                    s_all.Add(slot = new Slot());
                slot._node = node;
                return slot;
            }
        }

        public nint* Buffer(int count)
        {
            if (_capacity < count)
            {
                _capacity = Math.Max(8, count);
                _buffer = (nint*)NativeMemory.Realloc(_buffer, (nuint)(_capacity * sizeof(nint)));
            }
            return _buffer;
        }

        private void Return()
        {
            GraphNode gone = _node!;
            lock (s_all)
            {
                _node = null;
                s_free.Push(this);
            }
            gone.Released();
        }
    }
}

/// <summary>Backward through graphs that hold <see cref="GraphNode"/>s.</summary>
public static class Autograd
{
    /// <summary>As tensor.backward(gradients), but an exception in a C# backward is thrown as it was.</summary>
    public static void Backward(torch.Tensor tensor, params IList<torch.Tensor> gradients)
    {
        using ProfilerScope profiled = Profiler.OpenAutograd();
        GraphNode.Forget();
        try
        {
            if (gradients.Count == 0)
                tensor.backward();
            else
                tensor.backward(gradients);
        }
        catch (ExternalException)
        {
            GraphNode.Rethrow();
            throw;
        }
        finally
        {
            GraphNode.LetGo();
        }
    }
}
