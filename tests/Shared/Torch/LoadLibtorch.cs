using System.Runtime.CompilerServices;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Tests;

/// <summary>Tests call TorchSharp directly, which would load libtorch without <see cref="LibtorchRuntime"/>.</summary>
internal static class LoadLibtorch
{
    [ModuleInitializer]
    internal static void Load() => LibtorchRuntime.Load();
}
