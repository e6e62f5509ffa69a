namespace TraceFast.Kernels;

/// <summary>
/// An argument of a fused operation does not have the shape, dtype or value that its formula needs. The message names the
/// operation and the argument, says what was found and what was expected. It marks an error of the caller, not of a
/// user's file: projects that read files check them before they call.
/// </summary>
public sealed class KernelArgumentException : ArgumentException
{
    public KernelArgumentException(string operation, string argument, string found, string expected)
        : base($"{operation}: argument '{argument}' is {found}, expected {expected}")
    {
        Operation = operation;
        Argument = argument;
    }

    /// <summary>The operation that rejected it, by its standard name (for example <c>tree_attention</c>).</summary>
    public string Operation { get; }

    /// <summary>The name of the bad argument.</summary>
    public string Argument { get; }
}
