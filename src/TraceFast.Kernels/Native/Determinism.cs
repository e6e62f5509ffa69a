namespace TraceFast.Kernels.Native;

/// <summary>Same machine, threads and libraries: same bits.</summary>
public static class Determinism
{
    /// <summary>
    /// Whether libtorch refuses operations that have no deterministic implementation (they throw
    /// <see cref="System.Runtime.InteropServices.ExternalException"/>), picks no convolution by timing and uses no TF32.
    /// It holds for the whole process.
    /// </summary>
    public static bool Required
    {
        get => AutogradLibrary.tracefast_deterministic() != 0;
        set => AutogradLibrary.Check(AutogradLibrary.tracefast_set_deterministic(value ? 1 : 0));
    }
}
