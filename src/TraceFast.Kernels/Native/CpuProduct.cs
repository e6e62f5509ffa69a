namespace TraceFast.Kernels.Native;

/// <summary>Whose matrix products with a layer's or the head's weight are.</summary>
public enum CpuProducts
{
    /// <summary>The C++ kernels' in the dtypes in which they are the faster ones on this processor, libtorch's in the others.</summary>
    Fastest,

    /// <summary>The C++ kernels' wherever they take the operands.</summary>
    Kernels,

    /// <summary>libtorch's.</summary>
    Libtorch,
}

/// <summary>Matrix products of the C++ kernels.</summary>
internal static unsafe class CpuProduct
{
    /// <summary>Whether products of the dtype of <paramref name="x"/> are to be the kernels', where they take the operands.</summary>
    public static bool Wanted(CpuProducts products, torch.Tensor x) => products switch
    {
        CpuProducts.Kernels => true,
        CpuProducts.Libtorch => false,
        _ => (CpuKernels.Table.FastProducts >> (int)x.KernelDtype() & 1) != 0,
    };

    /// <summary>
    /// y = x W^T + bias + u P where <paramref name="transposed"/>, else y = x W + bias + u P, rounded once, u = x A^T; null where the kernels
    /// do not take the operands or are not wanted.
    /// </summary>
    /// <param name="products">Whose products are wanted.</param>
    /// <param name="x">[N, I]</param>
    /// <param name="weight">[O, I] where transposed, else [I, O]; dtype of <paramref name="x"/>.</param>
    /// <param name="transposed">Whether W's rows are y's columns.</param>
    /// <param name="bias">[O], dtype of x.</param>
    /// <param name="a">A [r, I], accumulation dtype; null: no update.</param>
    /// <param name="p">P [r, O], accumulation dtype; null with A.</param>
    /// <returns>y [N, O], dtype of x; u [N, r], accumulation dtype.</returns>
    public static (torch.Tensor Y, torch.Tensor? U)? TryLinear(
        CpuProducts products, torch.Tensor x, torch.Tensor weight, bool transposed, torch.Tensor? bias = null, torch.Tensor? a = null,
        torch.Tensor? p = null)
    {
        if (!Wanted(products, x))
            return null;
        torch.Tensor y = torch.empty(x.shape[0], weight.shape[transposed ? 0 : 1], x.dtype);
        torch.Tensor? u = a is null ? null : torch.empty(x.shape[0], a.shape[0], a.dtype);
        if (TryRun(x, weight, transposed, bias, a, u, p, y, add: false))
            return (y, u);
        y.Dispose();
        u?.Dispose();
        return null;
    }

    /// <summary>sum += x W; false, and nothing added, where the kernels do not take the operands or are not wanted.</summary>
    /// <param name="products">Whose products are wanted.</param>
    /// <param name="sum">[N, O] contiguous, accumulation dtype.</param>
    /// <param name="x">[N, I]</param>
    /// <param name="weight">[I, O], dtype of <paramref name="x"/>.</param>
    public static bool TryAdd(CpuProducts products, torch.Tensor sum, torch.Tensor x, torch.Tensor weight) =>
        Wanted(products, x) && TryRun(x, weight, transposed: false, null, null, null, null, sum, add: true);

    /// <summary>y = x W^T, into memory that is there; false where the kernels do not take the operands or are not wanted.</summary>
    /// <param name="products">Whose products are wanted.</param>
    /// <param name="y">[N, O] contiguous, dtype of <paramref name="x"/>.</param>
    /// <param name="x">[N, I]</param>
    /// <param name="weight">[O, I], dtype of <paramref name="x"/>.</param>
    public static bool TryInto(CpuProducts products, torch.Tensor y, torch.Tensor x, torch.Tensor weight) =>
        Wanted(products, x) && TryRun(x, weight, transposed: true, null, null, null, null, y, add: false);

    private static bool TryRun(
        torch.Tensor x, torch.Tensor weight, bool transposed, torch.Tensor? bias, torch.Tensor? a, torch.Tensor? u, torch.Tensor? p,
        torch.Tensor y, bool add)
    {
        x = x.AsRows();
        weight = weight.AsRows();
        LinearArguments arguments = new()
        {
            Dtype = x.KernelDtype(), Threads = torch.get_num_threads(),
            Rows = x.shape[0], Inner = x.shape[1], Columns = y.shape[1], Rank = a?.shape[0] ?? 0,
            X = x.Address(), XStride = x.stride(0), W = weight.Address(), WStride = weight.stride(0), Transposed = transposed ? 1 : 0,
            Bias = bias is null ? null : bias.Address(), A = a is null ? null : a.Address(), U = u is null ? null : u.Address(),
            P = p is null ? null : p.Address(), Y = y.Address(), Add = add ? 1 : 0,
        };
        long bytes = CpuKernels.Table.LinearWorkspace(&arguments);
        if (bytes < 0)
            return false;
        using CpuWorkspace.Lease workspace = CpuWorkspace.Take(bytes);
        arguments.Workspace = workspace.Address;
        CpuKernels.Table.Linear(&arguments);
        GC.KeepAlive((x, weight, bias, a, u, p, y));
        return true;
    }
}
