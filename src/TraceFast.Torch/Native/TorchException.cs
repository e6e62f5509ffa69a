using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TraceFast.Torch.Native;

/// <summary>
/// What libtorch threw, with its message. Callers catch <see cref="ExternalException"/>, which is what TorchSharp throws.
/// </summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "TorchSharp has no such public type.")]
internal sealed class TorchException(string message) : ExternalException(message);
