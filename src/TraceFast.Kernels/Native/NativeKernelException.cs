using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>What native code threw, with its message.</summary>
public sealed class NativeKernelException(string message) : ExternalException(message);
