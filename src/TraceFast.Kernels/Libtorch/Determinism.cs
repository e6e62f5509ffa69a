namespace TraceFast.Kernels.Libtorch;

/// <summary>Same machine, threads and libraries: same bits.</summary>
public static class Determinism
{
    /// <summary>
    /// Whether libtorch refuses operations that have no deterministic implementation (they throw
    /// <see cref="System.Runtime.InteropServices.ExternalException"/>). It holds for the whole process. TorchSharp's own
    /// use_deterministic_algorithms is not implemented.
    /// </summary>
    public static bool Required
    {
        get
        {
            LibtorchRuntime.Load();
            return NativeMethods.DeterministicAlgorithms(NativeMethods.GlobalContext()) != 0;
        }

        set
        {
            LibtorchRuntime.Load();
            nint context = NativeMethods.GlobalContext();
            NativeMethods.SetDeterministicAlgorithms(context, (byte)(value ? 1 : 0), 0);
            NativeMethods.SetDeterministicFill(context, 0); // we never read what we did not write
        }
    }
}
