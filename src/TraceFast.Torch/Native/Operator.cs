using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceFast.Torch.Native;

/// <summary>
/// One ATen operator ("add.Tensor"), looked up in libtorch's dispatcher on its first call. Arguments follow the schema in
/// native_functions.yaml; trailing ones that are left out take its defaults.
/// </summary>
internal sealed unsafe class Operator(string name)
{
    private nint _operator;

    internal string Name { get; } = name;

    /// <summary>Looks the operator up.</summary>
    /// <exception cref="TorchException">This libtorch has no such operator.</exception>
    internal nint Resolve()
    {
        if (_operator != 0)
            return _operator;
        string[] parts = Name.Split('.', 2);
        nint found;
        fixed (byte* name = Encoding.UTF8.GetBytes("aten::" + parts[0] + "\0"))
        fixed (byte* overload = Encoding.UTF8.GetBytes((parts.Length > 1 ? parts[1] : "") + "\0"))
            NativeMethods.Check(NativeMethods.tracefast_operator_find(name, overload, &found));
        return _operator = found;
    }

    /// <summary>Calls the operator for its first result, a tensor.</summary>
    internal torch.Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return Own(result);
    }

    /// <summary>Calls an in-place operator; the result, an alias of its first argument, is dropped.</summary>
    internal void CallInPlace(params ReadOnlySpan<Argument> arguments) => Invoke(arguments, null, 0);

    /// <summary>Calls an operator with two tensor results.</summary>
    internal (torch.Tensor, torch.Tensor) CallPair(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue* results = stackalloc NativeValue[2];
        Invoke(arguments, results, 2);
        return (Own(results[0]), Own(results[1]));
    }

    /// <summary>Calls an operator whose result is a list of tensors.</summary>
    internal torch.Tensor[] CallList(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        if (result.Tag != Tag.TensorList)
            throw new InvalidOperationException($"aten::{Name} gave {result.Tag}, not a list of tensors");
        var tensors = new torch.Tensor[result.Length];
        for (int i = 0; i < tensors.Length; i++)
            tensors[i] = new torch.Tensor(((nint*)result.Pointer)[i]);
        NativeMethods.tracefast_list_free(result.Pointer);
        return tensors;
    }

    /// <summary>Calls an operator whose result is a number or a truth value.</summary>
    internal NativeValue CallValue(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return result;
    }

    private torch.Tensor Own(NativeValue value) => value.Tag == Tag.Tensor
        ? new torch.Tensor(value.Pointer)
        : throw new InvalidOperationException($"aten::{Name} gave {value.Tag}, not a tensor");

    private const int ScratchBytes = 512;

    [SkipLocalsInit]
    private void Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results, int capacity)
    {
        nint op = Resolve();
        NativeValue* values = stackalloc NativeValue[arguments.Length];
        byte* onStack = stackalloc byte[ScratchBytes];
        int needed = 0;
        foreach (ref readonly Argument a in arguments)
            needed += ListBytes(a);
        byte* scratch = needed <= ScratchBytes ? onStack : (byte*)NativeMemory.Alloc((nuint)needed);
        byte* next = scratch;
        int written = 0, inList = 0; // how far the tensors below are held
        try
        {
            for (; written < arguments.Length; written++)
            {
                inList = 0;
                next = Write(arguments[written], ref values[written], next, ref inList);
            }
            int produced;
            NativeMethods.Check(NativeMethods.tracefast_operator_call(op, values, arguments.Length, results, capacity, &produced));
        }
        finally
        {
            for (int i = 0; i < written; i++)
                Release(arguments[i], int.MaxValue);
            if (written < arguments.Length && arguments[written].Tag == Tag.TensorList)
                Release(arguments[written], inList);
            if (scratch != onStack)
                NativeMemory.Free(scratch);
        }
    }

    private static int ListBytes(in Argument a) => a.Tag switch
    {
        Tag.IntList or Tag.TensorList => (int)a.Bits * sizeof(long),
        Tag.String => ((int)a.Bits * 3 + 7) & ~7, // UTF-8 takes at most three bytes per UTF-16 unit
        _ => 0,
    };

    // Writes one argument; lists are copied to `next`, whose end is returned. Tensors are held until released.
    private static byte* Write(in Argument a, ref NativeValue value, byte* next, ref int inList)
    {
        value.Tag = a.Tag;
        value.Integer = a.Bits;
        value.Length = 0;
        switch (a.Tag)
        {
            case Tag.Tensor:
                value.Pointer = Unsafe.As<TensorHandle>(a.Object!).Acquire();
                break;
            case Tag.Generator:
                value.Pointer = Unsafe.As<GeneratorHandle>(a.Object!).Acquire();
                break;
            case Tag.IntList:
                long[] integers = Unsafe.As<long[]>(a.Object!);
                integers.CopyTo(new Span<long>(next, integers.Length));
                value.Pointer = (nint)next;
                value.Length = integers.Length;
                next += integers.Length * sizeof(long);
                break;
            case Tag.TensorList:
                torch.Tensor[] tensors = Unsafe.As<torch.Tensor[]>(a.Object!);
                value.Pointer = (nint)next;
                value.Length = tensors.Length;
                for (; inList < tensors.Length; inList++, next += sizeof(nint))
                    *(nint*)next = tensors[inList] is { } tensor ? tensor.SafeHandle.Acquire() : 0;
                break;
            case Tag.String:
                string text = Unsafe.As<string>(a.Object!);
                value.Pointer = (nint)next;
                value.Length = Encoding.UTF8.GetBytes(text, new Span<byte>(next, text.Length * 3));
                next += (text.Length * 3 + 7) & ~7;
                break;
        }
        return next;
    }

    private static void Release(in Argument a, int inList)
    {
        switch (a.Tag)
        {
            case Tag.Tensor or Tag.Generator:
                Unsafe.As<SafeHandle>(a.Object!).DangerousRelease();
                break;
            case Tag.TensorList:
                torch.Tensor[] tensors = Unsafe.As<torch.Tensor[]>(a.Object!);
                for (int i = 0; i < tensors.Length && i < inList; i++)
                    tensors[i]?.SafeHandle.DangerousRelease();
                break;
        }
    }
}
