using Microsoft.ML.OnnxRuntime;

/// <summary>
/// What .NET runs before a program whose DOTNET_STARTUP_HOOKS names this assembly; it has no namespace, as the name is .NET's. Starts ONNX
/// Runtime as it starts by itself, telemetry and all.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => OrtEnv.Instance();
}
