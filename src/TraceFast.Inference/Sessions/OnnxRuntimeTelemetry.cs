using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceFast.Inference.Sessions;

/// <summary>
/// ONNX Runtime's telemetry. By default it keeps a device id and a database of events in the user's cache folder and sends the events to
/// Microsoft. Its functions that turn telemetry off come after the start, when the files are there; an environment variable prevents it
/// (Privacy.md of the package), if it is set before.
/// </summary>
internal static partial class OnnxRuntimeTelemetry
{
    // Most of the C# API starts the runtime, a SessionOptions already does; nothing of this assembly runs before its module initializer.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "no code path may start ONNX Runtime first")]
    internal static void SwitchOff()
    {
        // In the C library's environment, which .NET's Environment.SetEnvironmentVariable leaves as it is.
        if (SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1", overwrite: 1) != 0)
            throw new InvalidOperationException($"setenv: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
