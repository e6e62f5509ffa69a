using System.Runtime.CompilerServices;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Tests;

/// <summary>Tests may use TorchSharp before anything of ours: how OpenMP's threads wait must be set before libtorch is loaded.</summary>
internal static class WaitPolicy
{
    [ModuleInitializer]
    internal static void Set() => LibtorchRuntime.SetWaitPolicy();
}
